// SPDX-License-Identifier: MIT
//
// Macros for clang's thread-safety analysis, which say which lock guards what. Other compilers ignore them.
#pragma once

#ifdef __clang__
#define NETLITE_THREAD_ANNOTATION(annotation) __attribute__((annotation))
#else
#define NETLITE_THREAD_ANNOTATION(annotation)
#endif

#define NETLITE_CAPABILITY(name) NETLITE_THREAD_ANNOTATION(capability(name))
#define NETLITE_SCOPED_CAPABILITY NETLITE_THREAD_ANNOTATION(scoped_lockable)
#define NETLITE_GUARDED_BY(mutex) NETLITE_THREAD_ANNOTATION(guarded_by(mutex))
#define NETLITE_REQUIRES(...) NETLITE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define NETLITE_EXCLUDES(...) NETLITE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define NETLITE_ACQUIRE(...) NETLITE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define NETLITE_RELEASE(...) NETLITE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define NETLITE_TRY_ACQUIRE(...) NETLITE_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define NETLITE_ASSERT_CAPABILITY(...) NETLITE_THREAD_ANNOTATION(assert_capability(__VA_ARGS__))

// For the few functions whose locking the analysis cannot follow; each use says why.
#define NETLITE_NO_THREAD_SAFETY_ANALYSIS NETLITE_THREAD_ANNOTATION(no_thread_safety_analysis)
