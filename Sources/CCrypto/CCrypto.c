#include "CCrypto.h"

#include <string.h>
#include <time.h>

// OpenSSL 3's ABI, <openssl/evp.h> and its neighbours: opaque structures, functions only.
typedef struct asn1_string_st ASN1_TIME;
typedef struct bio_st BIO;
typedef struct engine_st ENGINE;
typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct x509_st X509;
typedef int pem_password_cb(char *buffer, int size, int writing, void *user);
BIO *BIO_new_mem_buf(const void *bytes, int count);
int BIO_free(BIO *bio);
void ERR_clear_error(void);
EVP_MD_CTX *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
const EVP_MD *EVP_sha256(void);
const EVP_MD *EVP_sha512(void);
int EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *impl);
int EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t count);
int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *digest, unsigned int *length);
int EVP_DigestSignInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const EVP_MD *type, ENGINE *impl, EVP_PKEY *key);
int EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *sig, size_t *siglen, const unsigned char *data, size_t count);
int EVP_DigestVerifyInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const EVP_MD *type, ENGINE *impl, EVP_PKEY *key);
int EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *sig, size_t siglen, const unsigned char *data, size_t count);
int EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int padding);
int EVP_PKEY_CTX_set_rsa_pss_saltlen(EVP_PKEY_CTX *ctx, int length);
EVP_PKEY *EVP_PKEY_new_raw_private_key(int type, ENGINE *impl, const unsigned char *bytes, size_t count);
EVP_PKEY *EVP_PKEY_new_raw_public_key(int type, ENGINE *impl, const unsigned char *bytes, size_t count);
int EVP_PKEY_get_raw_public_key(const EVP_PKEY *key, unsigned char *bytes, size_t *count);
int EVP_PKEY_is_a(const EVP_PKEY *key, const char *name);
int EVP_PKEY_get_bits(const EVP_PKEY *key);
int EVP_PKEY_get_group_name(const EVP_PKEY *key, char *name, size_t size, size_t *length);
int EVP_PKEY_eq(const EVP_PKEY *left, const EVP_PKEY *right);
void EVP_PKEY_free(EVP_PKEY *key);
EVP_PKEY *PEM_read_bio_PUBKEY(BIO *bio, EVP_PKEY **key, pem_password_cb *password, void *user);
X509 *PEM_read_bio_X509(BIO *bio, X509 **certificate, pem_password_cb *password, void *user);
const ASN1_TIME *X509_get0_notBefore(const X509 *certificate);
const ASN1_TIME *X509_get0_notAfter(const X509 *certificate);
void X509_free(X509 *certificate);
int ASN1_TIME_to_tm(const ASN1_TIME *time, struct tm *parts);

// <openssl/sha.h>: the one structure that is not opaque, which is as it is for as long as the soname ends in 3.
struct own_SHA256_CTX {
    unsigned int h[8], Nl, Nh, data[16], num, md_len;
};
#ifndef OPENSSL_SHA_H
typedef struct own_SHA256_CTX SHA256_CTX;
#endif
int SHA256_Init(SHA256_CTX *c);
int SHA256_Update(SHA256_CTX *c, const void *data, size_t count);
int SHA256_Final(unsigned char *digest, SHA256_CTX *c);

// Values of its headers' macros; Tests/crypto-prototypes compares them too.
enum {
    own_EVP_PKEY_ED25519 = 1087,
    own_RSA_PKCS1_PSS_PADDING = 6,
    own_RSA_PSS_SALTLEN_AUTO = -2,
};

// Below it RSA is too weak (TUF 4.2), above it one verification keeps a small computer busy.
enum { rsa_bits_min = 2048, rsa_bits_max = 8192 };

// MARK: Hashes

CCrypto_hash *CCrypto_hash_new(CCrypto_algorithm algorithm) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx && EVP_DigestInit_ex(ctx, algorithm == CCrypto_sha512 ? EVP_sha512() : EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }
    return (CCrypto_hash *)ctx;
}

int CCrypto_hash_update(CCrypto_hash *hash, const void *bytes, size_t count) {
    return EVP_DigestUpdate((EVP_MD_CTX *)hash, bytes, count);
}

int CCrypto_hash_final(CCrypto_hash *hash, uint8_t *digest) {
    unsigned int length = 0;
    return EVP_DigestFinal_ex((EVP_MD_CTX *)hash, digest, &length) == 1 && length > 0;
}

void CCrypto_hash_free(CCrypto_hash *hash) { EVP_MD_CTX_free((EVP_MD_CTX *)hash); }

// EVP costs 100 ns more for each hash, and a node's is as short as that (measured).
void CCrypto_merkle(int prefix, const void *bytes, size_t count, uint8_t *digest) {
    SHA256_CTX hash;
    SHA256_Init(&hash);
    unsigned char first = (unsigned char)prefix;
    if (prefix >= 0)
        SHA256_Update(&hash, &first, 1);
    SHA256_Update(&hash, bytes, count);
    SHA256_Final(digest, &hash);
}

// MARK: Keys

CCrypto_key *CCrypto_key_ed25519(const uint8_t *bytes) {
    ERR_clear_error();
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(own_EVP_PKEY_ED25519, NULL, bytes, 32);
    ERR_clear_error();
    return (CCrypto_key *)key;
}

CCrypto_key *CCrypto_key_ed25519_secret(const uint8_t *seed) {
    ERR_clear_error();
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(own_EVP_PKEY_ED25519, NULL, seed, 32);
    ERR_clear_error();
    return (CCrypto_key *)key;
}

// Without it libcrypto would ask at the terminal for the password of an "encrypted" public key.
static int no_password(char *buffer, int size, int writing, void *user) {
    (void)buffer, (void)size, (void)writing, (void)user;
    return -1;
}

static int fits(const EVP_PKEY *key, CCrypto_scheme scheme) {
    char curve[32] = "";
    switch (scheme) {
    case CCrypto_ed25519:
        return EVP_PKEY_is_a(key, "ED25519");
    case CCrypto_ecdsa_p256:
        return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) == 1 &&
               strcmp(curve, "prime256v1") == 0;
    case CCrypto_rsa_pss:
        return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= rsa_bits_min &&
               EVP_PKEY_get_bits(key) <= rsa_bits_max;
    }
    return 0;
}

CCrypto_key *CCrypto_key_pem(CCrypto_scheme scheme, const char *pem, size_t count) {
    if (count > 1 << 20) return NULL;
    ERR_clear_error();
    // The buffer keeps the pointer, it does not copy: it is gone before this function returns.
    BIO *bio = BIO_new_mem_buf(pem, (int)count);
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    if (key && fits(key, scheme) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    ERR_clear_error();
    return (CCrypto_key *)key;
}

int CCrypto_key_ed25519_public(const CCrypto_key *key, uint8_t *bytes) {
    size_t count = 32;
    ERR_clear_error();
    int result = EVP_PKEY_get_raw_public_key((const EVP_PKEY *)key, bytes, &count) == 1 && count == 32;
    ERR_clear_error();
    return result;
}

int CCrypto_key_equal(const CCrypto_key *left, const CCrypto_key *right) {
    ERR_clear_error();
    int result = EVP_PKEY_eq((const EVP_PKEY *)left, (const EVP_PKEY *)right) == 1;
    ERR_clear_error();
    return result;
}

void CCrypto_key_free(CCrypto_key *key) { EVP_PKEY_free((EVP_PKEY *)key); }

// MARK: Signatures

int CCrypto_key_verify(const CCrypto_key *key, CCrypto_scheme scheme, const uint8_t *signature, size_t signature_count,
                       const uint8_t *message, size_t message_count) {
    // Ed25519 hashes by itself.
    const EVP_MD *digest = scheme == CCrypto_ed25519 ? NULL : EVP_sha256();
    EVP_PKEY_CTX *parameters = NULL;
    ERR_clear_error();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int result = ctx && EVP_DigestVerifyInit(ctx, &parameters, digest, NULL, (EVP_PKEY *)key) == 1;
    if (result && scheme == CCrypto_rsa_pss) {
        result = EVP_PKEY_CTX_set_rsa_padding(parameters, own_RSA_PKCS1_PSS_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, own_RSA_PSS_SALTLEN_AUTO) == 1;
    }
    // Below zero is an error, and must not look like a yes.
    result = result && EVP_DigestVerify(ctx, signature, signature_count, message, message_count) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return result;
}

int CCrypto_key_ed25519_sign(const CCrypto_key *key, uint8_t *signature, const uint8_t *message,
                             size_t message_count) {
    size_t count = 64;
    ERR_clear_error();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int result = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, (EVP_PKEY *)key) == 1 &&
                 EVP_DigestSign(ctx, signature, &count, message, message_count) == 1 && count == 64;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return result;
}

// MARK: Certificates

static int seconds(const ASN1_TIME *time, int64_t *result) {
    struct tm parts = {0};
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    *result = timegm(&parts);
    return 1;
}

int CCrypto_certificate_times(const char *pem, size_t count, int64_t *from, int64_t *until) {
    if (count > INT32_MAX) return 0;
    ERR_clear_error();
    BIO *bio = BIO_new_mem_buf(pem, (int)count);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
    int isRead = certificate && seconds(X509_get0_notBefore(certificate), from) &&
                 seconds(X509_get0_notAfter(certificate), until);
    X509_free(certificate);
    BIO_free(bio);
    ERR_clear_error();
    return isRead;
}
