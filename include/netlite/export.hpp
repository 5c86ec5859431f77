// SPDX-License-Identifier: MIT
//
// Checks that the compiler has what netlite requires, and defines the macros of its declarations.
#pragma once

#if defined(_MSVC_LANG) ? _MSVC_LANG < 201703L : __cplusplus < 201703L
#error "netlite requires C++17"
#endif

#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error "netlite requires C++ exceptions"
#endif

#if defined(_WIN32) && defined(NETLITE_SHARED)
#if defined(NETLITE_EXPORTS)
#define NETLITE_API __declspec(dllexport)
#else
#define NETLITE_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define NETLITE_API __attribute__((visibility("default")))
#else
#define NETLITE_API
#endif

/// The same for the component netlite::ssl, which is a library of its own.
#if defined(_WIN32) && defined(NETLITE_SHARED) && defined(NETLITE_SSL_EXPORTS)
#define NETLITE_SSL_API __declspec(dllexport)
#else
#define NETLITE_SSL_API NETLITE_API
#endif

/// Lets the compiler check the arguments of a printf-like member against its format. The numbers count from one, and
/// `this` is the first.
#if defined(__MINGW32__)
#define NETLITE_PRINTF_FORMAT(text, arguments) __attribute__((format(gnu_printf, text, arguments)))
#elif defined(__GNUC__)
#define NETLITE_PRINTF_FORMAT(text, arguments) __attribute__((format(printf, text, arguments)))
#else
#define NETLITE_PRINTF_FORMAT(text, arguments)
#endif
