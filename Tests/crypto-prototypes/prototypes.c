// OpenSSL's own headers, and after them our prototypes: one that differs is a compile error, and one that the headers
// have too is a redundant declaration, which `check` counts.
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "../../Sources/CCrypto/CCrypto.c"
#include "../../Sources/CCurl/shim.h"

_Static_assert(sizeof(struct own_SHA256_CTX) == sizeof(SHA256_CTX), "SHA256_CTX");
_Static_assert(_Alignof(struct own_SHA256_CTX) == _Alignof(SHA256_CTX), "SHA256_CTX");

// The numbers that we had to write down, too.
_Static_assert(own_EVP_PKEY_ED25519 == EVP_PKEY_ED25519, "Ed25519");
_Static_assert(own_RSA_PKCS1_PSS_PADDING == RSA_PKCS1_PSS_PADDING, "PSS");
_Static_assert(own_RSA_PSS_SALTLEN_AUTO == RSA_PSS_SALTLEN_AUTO, "salt");
