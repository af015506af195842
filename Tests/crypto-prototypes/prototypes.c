// OpenSSL's own headers, and after them our prototypes: one that differs is a compile error, and one that the headers
// have too is a redundant declaration, which `check` counts.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "../../Sources/CCrypto/CCrypto.c"
