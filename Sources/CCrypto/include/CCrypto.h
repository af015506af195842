/// Hashes and signatures from OpenSSL's libcrypto, for a build machine without its headers.
///
/// libcurl brings `libcrypto.so.3` at run time, but on Debian its headers are another package, so the
/// few prototypes that are needed are declared in CCrypto.c and linked by soname. CI compares them
/// with the real headers (Tests/crypto-prototypes).
///
/// libcurl's TLS shares libcrypto's queue of errors, one a thread: what is left there by one user looks to the
/// other like a failure of its own. So every call here that can leave one clears it before and after.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What is hashed with; the value is the digest's length in bytes.
typedef enum {
    CCrypto_sha256 = 32,
    CCrypto_sha512 = 64,
} CCrypto_algorithm;

/// A hash under way; opaque.
typedef struct CCrypto_hash CCrypto_hash;

/// Begins a hash; NULL when there is no memory.
CCrypto_hash *_Nullable CCrypto_hash_new(CCrypto_algorithm algorithm);
/// Adds `count` bytes; 1 on success.
int CCrypto_hash_update(CCrypto_hash *_Nonnull hash, const void *_Nullable bytes, size_t count);
/// Writes the digest, as long as the algorithm says; 1 on success. The computation is over.
int CCrypto_hash_final(CCrypto_hash *_Nonnull hash, uint8_t *_Nonnull digest);
/// Frees the computation, finished or not.
void CCrypto_hash_free(CCrypto_hash *_Nullable hash);

/// Writes the 32 bytes of SHA-256 over a byte and `count` more; of those alone where `prefix` is negative.
///
/// For the two million short hashes of a large log: nothing is allocated, and nothing can fail.
void CCrypto_merkle(int prefix, const void *_Nullable bytes, size_t count, uint8_t *_Nonnull digest);

/// The schemes of signature that TUF names.
typedef enum {
    /// Ed25519 (RFC 8032): 32 bytes of key, 64 bytes of signature.
    CCrypto_ed25519,
    /// ECDSA on NIST P-256 with SHA-256; the signature in DER.
    CCrypto_ecdsa_p256,
    /// RSASSA-PSS with SHA-256 (RFC 8017), a salt of any length, a key of 2,048 to 8,192 bits.
    CCrypto_rsa_pss,
} CCrypto_scheme;

/// A public or a secret key; opaque, and never changed after it was made.
typedef struct CCrypto_key CCrypto_key;

/// Makes an Ed25519 key of the 32 bytes of the public key; NULL if they are none.
CCrypto_key *_Nullable CCrypto_key_ed25519(const uint8_t *_Nonnull bytes);
/// Makes a secret Ed25519 key of its 32 bytes; NULL when there is no memory.
CCrypto_key *_Nullable CCrypto_key_ed25519_secret(const uint8_t *_Nonnull seed);
/// Reads a public key in PEM that fits the scheme: kind, curve, length. Anything else is NULL.
CCrypto_key *_Nullable CCrypto_key_pem(CCrypto_scheme scheme, const char *_Nonnull pem, size_t count);
/// Writes the 32 bytes of an Ed25519 key's public half; 1 on success.
int CCrypto_key_ed25519_public(const CCrypto_key *_Nonnull key, uint8_t *_Nonnull bytes);
/// Whether both are the same public key, however it was written; 1 if so.
int CCrypto_key_equal(const CCrypto_key *_Nonnull left, const CCrypto_key *_Nonnull right);
/// Whether the signature is this key's for the message; 1 if so.
int CCrypto_key_verify(const CCrypto_key *_Nonnull key, CCrypto_scheme scheme, const uint8_t *_Nullable signature,
                       size_t signature_count, const uint8_t *_Nullable message, size_t message_count);
/// Signs a message with a secret Ed25519 key: writes 64 bytes; 1 on success.
int CCrypto_key_ed25519_sign(const CCrypto_key *_Nonnull key, uint8_t *_Nonnull signature,
                             const uint8_t *_Nullable message, size_t message_count);
/// Frees a key.
void CCrypto_key_free(CCrypto_key *_Nullable key);

/// From when until when the first certificate of a PEM text holds, in seconds since 1970; 1 if it is one.
int CCrypto_certificate_times(const char *_Nonnull pem, size_t count, int64_t *_Nonnull from, int64_t *_Nonnull until);
