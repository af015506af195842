/// Hashes from OpenSSL's libcrypto, for a build machine without its headers.
///
/// libcurl brings `libcrypto.so.3` at run time, but on Debian its headers are another package, so the
/// few prototypes that are needed are declared in CCrypto.c and linked by soname. CI compares them
/// with the real headers (Tests/crypto-prototypes).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A SHA-256 computation under way; opaque.
typedef struct CCrypto_sha256 CCrypto_sha256;

/// Begins a computation; NULL when there is no memory.
CCrypto_sha256 *_Nullable CCrypto_sha256_new(void);
/// Adds `count` bytes; 1 on success.
int CCrypto_sha256_update(CCrypto_sha256 *_Nonnull hash, const void *_Nullable bytes, size_t count);
/// Writes the 32 bytes of the digest; 1 on success. The computation is over.
int CCrypto_sha256_final(CCrypto_sha256 *_Nonnull hash, uint8_t *_Nonnull digest);
/// Frees the computation, finished or not.
void CCrypto_sha256_free(CCrypto_sha256 *_Nullable hash);
