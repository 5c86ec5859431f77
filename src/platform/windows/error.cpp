// SPDX-License-Identifier: MIT
//
// The error categories of Winsock's and Windows' numbers.
// Thread-safety: no shared state except constant category objects.
#include "platform/error.hpp"

#include "platform/windows/utf16.hpp"

#include <winsock2.h>
// After winsock2.h, which they need.
#include <windows.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

namespace netlite::platform {

namespace {

struct Condition {
  int number;
  std::errc condition;
};

// The standard library's own category does not know them all: for libstdc++ 12 WSAECONNREFUSED is not
// std::errc::connection_refused.
constexpr Condition kConditions[] = {
    {ERROR_FILE_NOT_FOUND, std::errc::no_such_file_or_directory},
    {ERROR_PATH_NOT_FOUND, std::errc::no_such_file_or_directory},
    {ERROR_TOO_MANY_OPEN_FILES, std::errc::too_many_files_open},
    {ERROR_ACCESS_DENIED, std::errc::permission_denied},
    {WSA_INVALID_HANDLE, std::errc::bad_file_descriptor},
    {WSA_NOT_ENOUGH_MEMORY, std::errc::not_enough_memory},
    {ERROR_OUTOFMEMORY, std::errc::not_enough_memory},
    {ERROR_WRITE_PROTECT, std::errc::read_only_file_system},
    {ERROR_SHARING_VIOLATION, std::errc::permission_denied},
    {ERROR_LOCK_VIOLATION, std::errc::permission_denied},
    {ERROR_HANDLE_DISK_FULL, std::errc::no_space_on_device},
    {ERROR_FILE_EXISTS, std::errc::file_exists},
    {ERROR_DISK_FULL, std::errc::no_space_on_device},
    {ERROR_INVALID_NAME, std::errc::no_such_file_or_directory},
    {ERROR_ALREADY_EXISTS, std::errc::file_exists},
    {ERROR_FILENAME_EXCED_RANGE, std::errc::filename_too_long},
    {ERROR_DIRECTORY, std::errc::not_a_directory},
    {ERROR_NETNAME_DELETED, std::errc::connection_reset},
    {WSA_INVALID_PARAMETER, std::errc::invalid_argument},
    {ERROR_SEM_TIMEOUT, std::errc::timed_out},
    {WSA_OPERATION_ABORTED, std::errc::operation_canceled},
    {WSA_IO_INCOMPLETE, std::errc::resource_unavailable_try_again},
    {WSA_IO_PENDING, std::errc::operation_in_progress},
    {ERROR_CONNECTION_REFUSED, std::errc::connection_refused},
    {ERROR_NETWORK_UNREACHABLE, std::errc::network_unreachable},
    {ERROR_HOST_UNREACHABLE, std::errc::host_unreachable},
    {ERROR_PORT_UNREACHABLE, std::errc::connection_refused},
    {ERROR_CONNECTION_ABORTED, std::errc::connection_aborted},
    {ERROR_NO_SYSTEM_RESOURCES, std::errc::no_buffer_space},
    {WSAEINTR, std::errc::interrupted},
    {WSAEBADF, std::errc::bad_file_descriptor},
    {WSAEACCES, std::errc::permission_denied},
    {WSAEFAULT, std::errc::bad_address},
    {WSAEINVAL, std::errc::invalid_argument},
    {WSAEMFILE, std::errc::too_many_files_open},
    {WSAEWOULDBLOCK, std::errc::operation_would_block},
    {WSAEINPROGRESS, std::errc::operation_in_progress},
    {WSAEALREADY, std::errc::connection_already_in_progress},
    {WSAENOTSOCK, std::errc::not_a_socket},
    {WSAEDESTADDRREQ, std::errc::destination_address_required},
    {WSAEMSGSIZE, std::errc::message_size},
    {WSAEPROTOTYPE, std::errc::wrong_protocol_type},
    {WSAENOPROTOOPT, std::errc::no_protocol_option},
    {WSAEPROTONOSUPPORT, std::errc::protocol_not_supported},
    {WSAESOCKTNOSUPPORT, std::errc::not_supported},
    {WSAEOPNOTSUPP, std::errc::operation_not_supported},
    {WSAEPFNOSUPPORT, std::errc::address_family_not_supported},
    {WSAEAFNOSUPPORT, std::errc::address_family_not_supported},
    {WSAEADDRINUSE, std::errc::address_in_use},
    {WSAEADDRNOTAVAIL, std::errc::address_not_available},
    {WSAENETDOWN, std::errc::network_down},
    {WSAENETUNREACH, std::errc::network_unreachable},
    {WSAENETRESET, std::errc::network_reset},
    {WSAECONNABORTED, std::errc::connection_aborted},
    {WSAECONNRESET, std::errc::connection_reset},
    {WSAENOBUFS, std::errc::no_buffer_space},
    {WSAEISCONN, std::errc::already_connected},
    {WSAENOTCONN, std::errc::not_connected},
    {WSAESHUTDOWN, std::errc::broken_pipe},
    {WSAETOOMANYREFS, std::errc::resource_unavailable_try_again},
    {WSAETIMEDOUT, std::errc::timed_out},
    {WSAECONNREFUSED, std::errc::connection_refused},
    {WSAELOOP, std::errc::too_many_symbolic_link_levels},
    {WSAENAMETOOLONG, std::errc::filename_too_long},
    {WSAEHOSTDOWN, std::errc::host_unreachable},
    {WSAEHOSTUNREACH, std::errc::host_unreachable},
    {WSAENOTEMPTY, std::errc::directory_not_empty},
    {WSAEPROCLIM, std::errc::resource_unavailable_try_again},
    {WSASYSNOTREADY, std::errc::network_down},
    {WSAVERNOTSUPPORTED, std::errc::not_supported},
    {WSAEDISCON, std::errc::connection_reset},
    {WSA_E_NO_MORE, std::errc::no_message_available},
    {WSAECANCELLED, std::errc::operation_canceled},
    {WSA_E_CANCELLED, std::errc::operation_canceled},
    {WSAENOMORE, std::errc::no_message_available},
    {WSAEREFUSED, std::errc::connection_refused},
    {WSAHOST_NOT_FOUND, std::errc::no_such_device_or_address},
    {WSATRY_AGAIN, std::errc::resource_unavailable_try_again},
    {WSANO_DATA, std::errc::no_such_device_or_address},
};

// The system's message without its full stop and line end, as on other systems.
std::string systemMessage(int number) {
  wchar_t text[512];
  const DWORD length =
      ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, static_cast<DWORD>(number),
                       0, text, static_cast<DWORD>(std::size(text)), nullptr);
  std::string message = toUtf8({text, length});
  message.erase(message.find_last_not_of(" .\r\n") + 1);
  return message.empty() ? "Unknown error " + std::to_string(number) : message;
}

class SystemCategory : public std::error_category {
 public:
  const char* name() const noexcept override { return "system"; }
  std::string message(int value) const override { return systemMessage(value); }
  std::error_condition default_error_condition(int value) const noexcept override {
    const auto found = std::find_if(std::begin(kConditions), std::end(kConditions),
                                    [&](const Condition& entry) { return entry.number == value; });
    if (found == std::end(kConditions)) return {value, *this};
    return std::make_error_condition(found->condition);
  }
};

// On Windows getaddrinfo's codes are Winsock's own.
class ResolverCategory final : public SystemCategory {
 public:
  const char* name() const noexcept override { return "resolver"; }
};

}  // namespace

std::error_code systemError(int number) {
  // Never destroyed: an error may still occur, and its exception be read, while the program ends.
  static const SystemCategory& category = *new SystemCategory;
  return {number, category};
}

std::error_code resolverError(int number) {
  static const ResolverCategory& category = *new ResolverCategory;
  return {number, category};
}

}  // namespace netlite::platform
