/// The package manager wants a header; what is preloaded has none to call.
#pragma once
