// SPDX-License-Identifier: MIT
//
// netlite's version, the only copy: the build files and packages read it from here.
#pragma once

#define NETLITE_VERSION_MAJOR 0
#define NETLITE_VERSION_MINOR 1
#define NETLITE_VERSION_PATCH 0
#define NETLITE_VERSION "0.1.0"
