#include "CCrypto.h"

// OpenSSL 3's ABI, <openssl/evp.h>: opaque structures, functions only.
typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct engine_st ENGINE;
EVP_MD_CTX *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
const EVP_MD *EVP_sha256(void);
int EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *impl);
int EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t count);
int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *digest, unsigned int *length);

CCrypto_sha256 *CCrypto_sha256_new(void) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }
    return (CCrypto_sha256 *)ctx;
}

int CCrypto_sha256_update(CCrypto_sha256 *hash, const void *bytes, size_t count) {
    return EVP_DigestUpdate((EVP_MD_CTX *)hash, bytes, count);
}

int CCrypto_sha256_final(CCrypto_sha256 *hash, uint8_t *digest) {
    unsigned int length = 0;
    return EVP_DigestFinal_ex((EVP_MD_CTX *)hash, digest, &length) == 1 && length == 32;
}

void CCrypto_sha256_free(CCrypto_sha256 *hash) { EVP_MD_CTX_free((EVP_MD_CTX *)hash); }
