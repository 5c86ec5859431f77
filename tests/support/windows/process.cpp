// SPDX-License-Identifier: MIT
//
// support/process.hpp for Windows. Every program has its own console without a window, so that a Ctrl-C reaches only
// that program; support/windows/console_helper.cpp sends it, and plays the person at a console.
//
// Thread-safety: see support/process.hpp.
#include "support/process.hpp"

#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <system_error>

namespace netlite::test {
namespace {

HANDLE handle(const Descriptor& descriptor) { return reinterpret_cast<HANDLE>(descriptor.get()); }

Descriptor owned(HANDLE handle) {
  return Descriptor(handle == INVALID_HANDLE_VALUE ? -1 : reinterpret_cast<Descriptor::Number>(handle));
}

void check(bool succeeded, const char* what) {
  if (!succeeded) throw std::system_error(static_cast<int>(::GetLastError()), std::system_category(), what);
}

std::wstring toUtf16(const std::string& text) {
  std::wstring result(text.size(), L'\0');
  result.resize(static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                                               result.data(), static_cast<int>(result.size()))));
  return result;
}

// Quotes a word for the C library and CommandLineToArgvW, which halve the backslashes before a quote.
std::wstring quoted(const std::wstring& word) {
  std::wstring result = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t c : word) {
    if (c == L'"') result.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    result += c;
  }
  return result.append(backslashes, L'\\') + L"\"";
}

std::wstring commandLine(const std::vector<std::string>& command) {
  std::wstring line;
  for (const std::string& word : command) line += (line.empty() ? L"" : L" ") + quoted(toUtf16(word));
  return line;
}

// A pipe between the test, whose end supports timeouts, and the program.
struct Pipe {
  explicit Pipe(bool programWrites) {
    static std::atomic<int> number{0};
    const std::wstring name =
        L"\\\\.\\pipe\\netlite_test_" + std::to_wstring(::GetCurrentProcessId()) + L"_" + std::to_wstring(++number);
    const DWORD direction = programWrites ? PIPE_ACCESS_INBOUND : PIPE_ACCESS_OUTBOUND;
    tests = owned(::CreateNamedPipeW(name.c_str(), direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                     PIPE_TYPE_BYTE | PIPE_READMODE_BYTE, 1, 65536, 65536, 0, nullptr));
    check(tests.get() != -1, "CreateNamedPipe");
    SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const DWORD access = programWrites ? GENERIC_WRITE | FILE_READ_ATTRIBUTES : GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    programs = owned(::CreateFileW(name.c_str(), access, 0, &inherited, OPEN_EXISTING, 0, nullptr));
    check(programs.get() != -1, "CreateFile");
  }

  Descriptor tests;
  Descriptor programs;
};

// How CreateProcess starts the program: it inherits these three handles and no other.
class Plan {
 public:
  Plan(const Pipe& in, const Pipe& out, const Pipe& err)
      : inherited_{handle(in.programs), handle(out.programs), handle(err.programs)} {
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    memory_.resize(size);
    const auto attributes = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
    check(::InitializeProcThreadAttributeList(attributes, 1, 0, &size), "InitializeProcThreadAttributeList");
    check(::UpdateProcThreadAttribute(attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited_.data(),
                                      sizeof(inherited_), nullptr, nullptr),
          "UpdateProcThreadAttribute");
    startup_.lpAttributeList = attributes;
    startup_.StartupInfo.cb = sizeof(startup_);
    startup_.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup_.StartupInfo.hStdInput = inherited_[0];
    startup_.StartupInfo.hStdOutput = inherited_[1];
    startup_.StartupInfo.hStdError = inherited_[2];
  }
  ~Plan() { ::DeleteProcThreadAttributeList(startup_.lpAttributeList); }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // The job ends the program when the test ends, even by a crash.
  Started start(const std::vector<std::string>& command) {
    Started started;
    started.job = owned(::CreateJobObjectW(nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    check(::SetInformationJobObject(handle(started.job), JobObjectExtendedLimitInformation, &limits, sizeof(limits)),
          "SetInformationJobObject");
    std::wstring line = commandLine(command);
    PROCESS_INFORMATION process{};
    check(create(line, process), command.front().c_str());
    started.process = owned(process.hProcess);
    started.pid = static_cast<int>(process.dwProcessId);
    const Descriptor thread = owned(process.hThread);
    check(::AssignProcessToJobObject(handle(started.job), process.hProcess), "AssignProcessToJobObject");
    ::ResumeThread(process.hThread);
    return started;
  }

 private:
  bool create(std::wstring& line, PROCESS_INFORMATION& process) {
    const DWORD flags = EXTENDED_STARTUPINFO_PRESENT | CREATE_NO_WINDOW | CREATE_SUSPENDED;
    for (int tries = 3; tries > 0; --tries) {
      if (::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, flags, nullptr, nullptr, &startup_.StartupInfo,
                           &process)) {
        return true;
      }
      if (::GetLastError() != ERROR_INTERNAL_ERROR)
        return false;  // on a busy machine about one start in a thousand fails so
    }
    return false;
  }

  std::array<HANDLE, 3> inherited_;
  std::vector<char> memory_;
  STARTUPINFOEXW startup_{};
};

// One transfer that may take up to `timeout`. False if nothing was transferred.
template <typename Transfer>
bool completes(HANDLE file, std::chrono::milliseconds timeout, DWORD& count, const Transfer& transfer) {
  OVERLAPPED operation{};
  const Descriptor event = owned(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  operation.hEvent = handle(event);
  if (!transfer(operation) && ::GetLastError() != ERROR_IO_PENDING) return false;
  if (::WaitForSingleObject(operation.hEvent, static_cast<DWORD>(timeout.count())) != WAIT_OBJECT_0) {
    ::CancelIoEx(file, &operation);
  }
  return ::GetOverlappedResult(file, &operation, &count, TRUE) != 0;
}

}  // namespace

void Descriptor::reset() {
  if (number_ != -1) ::CloseHandle(reinterpret_cast<HANDLE>(number_));
  number_ = -1;
}

Started startWithPipes(const std::vector<std::string>& command) {
  Pipe in(false);
  Pipe out(true);
  Pipe err(true);
  Started started = Plan(in, out, err).start(command);
  started.in = std::move(in.tests);
  started.out = std::move(out.tests);
  started.err = std::move(err.tests);
  return started;
}

Started startAtTerminal(const std::vector<std::string>& command) {
  std::vector<std::string> helped{NETLITE_CONSOLE_HELPER, "run"};
  helped.insert(helped.end(), command.begin(), command.end());
  return startWithPipes(helped);
}

std::optional<std::string> readSome(const Descriptor& source, std::chrono::milliseconds timeout) {
  std::array<char, 65536> buffer;
  DWORD count = 0;
  const bool is_read = completes(handle(source), timeout, count, [&](OVERLAPPED& operation) {
    return ::ReadFile(handle(source), buffer.data(), static_cast<DWORD>(buffer.size()), nullptr, &operation);
  });
  if (!is_read && ::GetLastError() == ERROR_OPERATION_ABORTED) return std::nullopt;
  return std::string(buffer.data(), count);
}

void writeAll(const Descriptor& target, std::string_view text, std::chrono::milliseconds timeout) {
  while (!text.empty()) {
    DWORD count = 0;
    const DWORD size = static_cast<DWORD>(std::min<std::size_t>(text.size(), 65536));
    const bool is_written = completes(handle(target), timeout, count, [&](OVERLAPPED& operation) {
      return ::WriteFile(handle(target), text.data(), size, nullptr, &operation);
    });
    if (!is_written) return;
    text.remove_prefix(count);
  }
}

std::vector<StopSignal> gracefulStopSignals() { return {StopSignal::interrupt}; }

void sendStopSignal(const Started& program, StopSignal signal) {
  if (signal == StopSignal::kill) {
    ::TerminateJobObject(handle(program.job), 9);
    return;
  }
  Started helper = startWithPipes({NETLITE_CONSOLE_HELPER, "interrupt", std::to_string(program.pid)});
  if (waitForExit(helper) != 0) throw std::runtime_error("cannot send Ctrl-C");
}

int waitForExit(Started& program) {
  ::WaitForSingleObject(handle(program.process), INFINITE);
  DWORD code = 0;
  check(::GetExitCodeProcess(handle(program.process), &code), "GetExitCodeProcess");
  return static_cast<int>(code);
}

// The working set is no measure: the system trims it and counts shared pages.
long peakMemory(const Started&) { return 0; }

}  // namespace netlite::test
