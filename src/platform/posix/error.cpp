// SPDX-License-Identifier: MIT
//
// The error categories of errno and of getaddrinfo's codes.
// Thread-safety: no shared state except a constant category object.
#include "platform/error.hpp"

#include <netdb.h>

#include <string>
#include <system_error>

namespace netlite::platform {

namespace {

class ResolverCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "resolver"; }
  std::string message(int value) const override { return gai_strerror(value); }
  std::error_condition default_error_condition(int value) const noexcept override {
    switch (value) {
      case EAI_NONAME:
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
      case EAI_NODATA:  // no longer in POSIX, but glibc and macOS still return it: the name exists, without an address
#endif
        return std::errc::no_such_device_or_address;
      case EAI_AGAIN: return std::errc::resource_unavailable_try_again;
      case EAI_MEMORY: return std::errc::not_enough_memory;
      default: return {value, *this};
    }
  }
};

}  // namespace

std::error_code systemError(int number) { return {number, std::system_category()}; }

std::error_code resolverError(int number) {
  // Never destroyed: an error may still occur, and its exception be read, while the program ends.
  static const ResolverCategory& category = *new ResolverCategory;
  return {number, category};
}

}  // namespace netlite::platform
