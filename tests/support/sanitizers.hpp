// SPDX-License-Identifier: MIT
//
// Which sanitizer the tests are built with: NETLITE_TEST_THREAD_SANITIZER, NETLITE_TEST_ADDRESS_SANITIZER or none.
// kInstrumented says whether there is one: programs are then slow and need much memory.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define NETLITE_TEST_THREAD_SANITIZER
#elif defined(__SANITIZE_ADDRESS__)
#define NETLITE_TEST_ADDRESS_SANITIZER
#elif defined(__has_feature)  // clang
#if __has_feature(thread_sanitizer)
#define NETLITE_TEST_THREAD_SANITIZER
#elif __has_feature(address_sanitizer)
#define NETLITE_TEST_ADDRESS_SANITIZER
#endif
#endif

namespace netlite::test {

#if defined(NETLITE_TEST_THREAD_SANITIZER) || defined(NETLITE_TEST_ADDRESS_SANITIZER)
inline constexpr bool kInstrumented = true;
#else
inline constexpr bool kInstrumented = false;
#endif

}  // namespace netlite::test
