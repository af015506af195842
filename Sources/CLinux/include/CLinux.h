/// What Linux offers and Swift's Glibc module does not show.
#pragma once
#include "CLinuxHost.h"
#include "CLinuxThreads.h"
