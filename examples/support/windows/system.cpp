// SPDX-License-Identifier: MIT
//
// support/system.hpp for Windows. Pipes and files carry bytes as they are; text at a console is UTF-16.
// Thread-safety: as support/system.hpp says.
#include "support/system.hpp"

#include "support/line_editor.hpp"
#include "support/stream_failure.hpp"

#include <windows.h>

#include <shellapi.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

namespace example::system {
namespace {

// ---- text ----

std::wstring toUtf16(std::string_view text) {
  const int size = static_cast<int>(text.size());
  std::wstring result(text.size(), L'\0');  // never more units than bytes
  result.resize(static_cast<std::size_t>(
      ::MultiByteToWideChar(CP_UTF8, 0, text.data(), size, result.data(), static_cast<int>(result.size()))));
  return result;
}

std::string toUtf8(std::wstring_view text) {
  const int size = static_cast<int>(text.size());
  std::string result(text.size() * 3, '\0');
  result.resize(static_cast<std::size_t>(::WideCharToMultiByte(CP_UTF8, 0, text.data(), size, result.data(),
                                                               static_cast<int>(result.size()), nullptr, nullptr)));
  return result;
}

// ---- interrupts ----

std::atomic<bool> interrupt_came{false};

BOOL WINAPI noteInterrupt(DWORD event) {
  interrupt_came = true;
  // When this returns, Windows ends a program whose window is closed. Until then the program can end cleanly.
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) ::Sleep(INFINITE);
  return TRUE;
}

// ---- the standard streams and the console ----

bool isConsole(HANDLE stream) {
  DWORD mode = 0;
  return ::GetConsoleMode(stream, &mode) != 0;
}

HANDLE openConsole(const wchar_t* name) {
  return ::CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                       0, nullptr);
}

std::error_code lastError() { return {static_cast<int>(::GetLastError()), std::system_category()}; }

// Returns the error that stopped it, or no error.
std::error_code writeBytes(HANDLE stream, std::string_view bytes) {
  while (!bytes.empty()) {
    DWORD written = 0;
    const DWORD size = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1024 * 1024));
    if (!::WriteFile(stream, bytes.data(), size, &written, nullptr)) return lastError();
    bytes.remove_prefix(written);
  }
  return {};
}

std::error_code writeText(HANDLE console, std::wstring_view text) {
  while (!text.empty()) {
    DWORD written = 0;
    const DWORD size = static_cast<DWORD>(std::min<std::size_t>(text.size(), 8000));  // some Windows refuse more
    if (!::WriteConsoleW(console, text.data(), size, &written, nullptr)) return lastError();
    text.remove_prefix(written);
  }
  return {};
}

// The line that a person is typing, and the console. The program edits and shows the line, so that it can move aside
// for other lines.
// Thread-safety: any thread may call begin(), print(), end() and restoreConsole(); one thread calls readLines().
class TypedLine {
 public:
  /// From now on the console reports each key and shows nothing by itself. Ctrl-C stays an interrupt.
  void begin() {
    if (!::GetConsoleMode(keyboard_, &usual_mode_)) return;
    const DWORD lineMode = ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_VIRTUAL_TERMINAL_INPUT;
    begun_ = ::SetConsoleMode(keyboard_, (usual_mode_ & ~lineMode) | ENABLE_PROCESSED_INPUT) != 0;
  }

  /// Prints text above the line.
  std::error_code print(HANDLE stream, std::wstring_view text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    hide();
    const std::error_code failure = writeText(stream, text);
    show();
    return failure;
  }

  /// Waits for keys until they have completed a line. One thread only.
  ///
  /// @return lines with their ends; at the end of the input perhaps an unfinished line, or nothing
  std::string readLines() {
    wchar_t keys[64];
    for (std::string lines; !editor_.ended() && readKeys(keys, 64, lines);) {
      if (!lines.empty()) return lines;
    }
    return {};
  }

  /// From now on nothing that is typed is shown. The console does not show it either, since that would disturb the
  /// program's remaining output.
  void end() {
    const std::lock_guard<std::mutex> lock(mutex_);
    hide();
    over_ = true;
  }

  /// Does not lock: a thread that holds the mutex may be blocked in a write while the user selects text.
  void restoreConsole() {
    if (begun_.exchange(false)) ::SetConsoleMode(keyboard_, usual_mode_);
  }

 private:
  // Removes the line from the screen, so that other text can take its row. show() draws it again below.
  void hide() {
    if (shown_) clearRow();
    shown_ = false;
  }

  void show() {
    if (over_ || editor_.text().empty()) return;
    writeText(screen_, fitting());
    shown_ = true;
  }

  // Waits for keys and puts them into the line. Returns false at the end of the input.
  bool readKeys(wchar_t* keys, DWORD size, std::string& lines) {
    DWORD count = 0;
    ::SetLastError(ERROR_SUCCESS);
    if (!::ReadConsoleW(keyboard_, keys, size, &count, nullptr)) return false;
    if (count == 0) return ::GetLastError() == ERROR_OPERATION_ABORTED;  // an interrupt, which noteInterrupt handles
    const std::lock_guard<std::mutex> lock(mutex_);
    hide();
    lines = editor_.type(bytesOf({keys, count}));
    if (!over_) writeText(screen_, toUtf16(lines));
    show();
    return true;
  }

  // The keys as the editor knows them. Half of a surrogate pair stays here until the other half comes.
  std::string bytesOf(std::wstring_view keys) {
    constexpr wchar_t kControlD = 0x04;
    constexpr wchar_t kControlU = 0x15;
    constexpr wchar_t kControlZ = 0x1A;
    constexpr wchar_t kEscape = 0x1B;
    std::wstring units = std::exchange(half_, {}) + std::wstring(keys);
    std::replace(units.begin(), units.end(), kControlZ, kControlD);
    std::replace(units.begin(), units.end(), kEscape, kControlU);
    if (IS_HIGH_SURROGATE(units.back())) {
      half_ = units.back();
      units.pop_back();
    }
    return toUtf8(units);
  }

  // As much of the line's end as fits into one row, since a line that wraps could not be erased reliably. Each unit
  // other than ASCII counts as two columns, and each half of a surrogate pair as one.
  std::wstring fitting() const {
    const std::wstring line = toUtf16(editor_.text());
    const std::size_t width = static_cast<std::size_t>(std::max<SHORT>(screen().dwSize.X, 1));
    std::size_t columns = 1;  // for the cursor
    std::size_t begin = line.size();
    while (begin > 0 && columns + columnsOf(line[begin - 1]) <= width) columns += columnsOf(line[--begin]);
    if (begin < line.size() && IS_LOW_SURROGATE(line[begin])) ++begin;
    std::wstring text = line.substr(begin);
    std::replace(text.begin(), text.end(), L'\t', L' ');
    return text;
  }

  static std::size_t columnsOf(wchar_t unit) {
    const bool isSurrogate = IS_HIGH_SURROGATE(unit) || IS_LOW_SURROGATE(unit);
    return unit < 0x80 || isSurrogate ? 1 : 2;
  }

  CONSOLE_SCREEN_BUFFER_INFO screen() const {
    CONSOLE_SCREEN_BUFFER_INFO info{};
    ::GetConsoleScreenBufferInfo(screen_, &info);
    return info;
  }

  void clearRow() {
    const CONSOLE_SCREEN_BUFFER_INFO info = screen();
    const COORD row{0, info.dwCursorPosition.Y};
    DWORD count = 0;
    ::FillConsoleOutputCharacterW(screen_, L' ', static_cast<DWORD>(info.dwSize.X), row, &count);
    ::SetConsoleCursorPosition(screen_, row);
  }

  const HANDLE keyboard_ = ::GetStdHandle(STD_INPUT_HANDLE);
  const HANDLE screen_ = openConsole(L"CONOUT$");
  std::mutex mutex_;
  LineEditor editor_;   // guarded by mutex_
  std::wstring half_;   // guarded by mutex_
  bool shown_ = false;  // guarded by mutex_
  bool over_ = false;   // guarded by mutex_
  DWORD usual_mode_ = 0;
  std::atomic<bool> begun_{false};
};

// Never destroyed: the reading thread may still use it when the program ends.
TypedLine& typedLine() {
  static TypedLine& line = *new TypedLine;
  return line;
}

std::error_code write(DWORD which, const std::string& text) {
  const HANDLE stream = ::GetStdHandle(which);
  if (isConsole(stream)) return typedLine().print(stream, toUtf16(text));
  static std::mutex mutexes[2];  // one text at a time, but a stream that is not read does not block the others
  const std::lock_guard<std::mutex> lock(mutexes[which == STD_OUTPUT_HANDLE ? 0 : 1]);
  return writeBytes(stream, text);
}

std::size_t readBytes(HANDLE stream, void* buffer, std::size_t size) {
  DWORD count = 0;
  if (::ReadFile(stream, buffer, static_cast<DWORD>(std::min<std::size_t>(size, 1024 * 1024)), &count, nullptr)) {
    return count;
  }
  const std::error_code failure = lastError();
  const bool isEnd = failure.value() == ERROR_BROKEN_PIPE || failure.value() == ERROR_HANDLE_EOF;
  if (!isEnd) inputFailure().note(failure);
  return 0;
}

HANDLE openEmpty() {
  const HANDLE empty = ::CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                     OPEN_EXISTING, 0, nullptr);
  if (empty == INVALID_HANDLE_VALUE) throw std::system_error(lastError(), "open NUL");
  return empty;
}

}  // namespace

void prepareStreams() {
  for (const DWORD which : {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE}) {
    const HANDLE stream = ::GetStdHandle(which);
    if (stream == nullptr || stream == INVALID_HANDLE_VALUE) ::SetStdHandle(which, openEmpty());
  }
}

std::vector<std::string> commandLine(int /*argc*/, const char* const* /*argv*/) {
  int count = 0;  // argv is in the ANSI code page, which lacks most characters
  wchar_t** const arguments = ::CommandLineToArgvW(::GetCommandLineW(), &count);
  std::vector<std::string> words;
  for (int i = 1; i < count; ++i) words.push_back(toUtf8(arguments[i]));
  ::LocalFree(arguments);
  return words;
}

void catchInterrupts() {
  static std::once_flag once;  // each call would add another handler
  std::call_once(once, [] { ::SetConsoleCtrlHandler(noteInterrupt, TRUE); });
}

bool interruptCame() { return interrupt_came; }

std::size_t readInput(void* buffer, std::size_t size) {
  static std::string lines;  // those that have not been returned yet
  const HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
  if (!isConsole(input)) return readBytes(input, buffer, size);
  if (lines.empty()) lines = typedLine().readLines();
  const std::size_t count = lines.copy(static_cast<char*>(buffer), size);
  lines.erase(0, count);
  return count;
}

void writeOutput(const std::string& text) {
  if (const std::error_code failure = write(STD_OUTPUT_HANDLE, text)) outputFailure().note(failure);
}

void writeError(const std::string& text) { write(STD_ERROR_HANDLE, text); }

bool isOutputTerminal() { return isConsole(::GetStdHandle(STD_OUTPUT_HANDLE)); }

void beginTyping() {
  if (isConsole(::GetStdHandle(STD_INPUT_HANDLE))) typedLine().begin();
}

void endTyping() {
  if (isConsole(::GetStdHandle(STD_INPUT_HANDLE))) typedLine().end();
}

void restoreTerminal() { typedLine().restoreConsole(); }

}  // namespace example::system
