/// What Linux offers and Swift's Glibc module does not show.
#pragma once
#include "CLinuxHost.h"
#include "CLinuxProcess.h"
#include "CLinuxThreads.h"
