// SPDX-License-Identifier: MIT
//
// support/system.hpp for Windows. Pipes and files carry bytes as they are. At a console, text is UTF-16, and the line
// that is being typed is collected and shown here, not by the console: only so it can step aside for other lines.
//
// Thread-safety: as support/system.hpp says.
#include "support/system.hpp"

#include <windows.h>

#include <shellapi.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string_view>

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
  // Once this has returned, a program whose window is closed ends on the spot. Until then it may end in order.
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

void writeBytes(HANDLE stream, std::string_view bytes) {
  while (!bytes.empty()) {
    DWORD written = 0;
    const DWORD size = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1024 * 1024));
    if (!::WriteFile(stream, bytes.data(), size, &written, nullptr)) return;
    bytes.remove_prefix(written);
  }
}

void writeText(HANDLE console, std::wstring_view text) {
  while (!text.empty()) {
    DWORD written = 0;
    const DWORD size = static_cast<DWORD>(std::min<std::size_t>(text.size(), 8000));  // more was too much for some
    if (!::WriteConsoleW(console, text.data(), size, &written, nullptr)) return;
    text.remove_prefix(written);
  }
}

// The line that is being typed, and the console that shows it.
// Thread-safety: every member but readLine() is called with `mutex` held.
class TypedLine {
 public:
  std::mutex mutex;

  /// Waits for keys, without `mutex`, until a line is there. One thread only.
  ///
  /// @return the line with its end; less at the end of the input
  std::string readLine() {
    begin();
    wchar_t keys[64];
    for (std::string line; !ended_ && readKeys(keys, 64, line);) {
      if (!line.empty()) return line;
    }
    return {};
  }

  /// Takes the line off the screen. What is written then stands where it stood; show() brings it back below.
  void hide() {
    if (shown_) clearRow();
    shown_ = false;
  }

  void show() {
    if (over_ || line_.empty()) return;
    writeText(screen_, fitting());
    shown_ = true;
  }

  /// Nothing that is typed is shown any more. The console still shows nothing by itself either: it would do so in the
  /// middle of what the program has yet to say.
  void end() {
    hide();
    over_ = true;
  }

  void restoreConsole() {
    end();
    if (begun_) ::SetConsoleMode(keyboard_, usual_mode_);
    begun_ = false;
  }

 private:
  static constexpr wchar_t kBackspace = 0x08;
  static constexpr wchar_t kControlBackspace = 0x7F;
  static constexpr wchar_t kEscape = 0x1B;
  static constexpr wchar_t kControlD = 0x04;
  static constexpr wchar_t kControlZ = 0x1A;

  // From now on the console gives each key at once and shows nothing by itself. Ctrl-C stays an interrupt.
  void begin() {
    const std::lock_guard<std::mutex> lock(mutex);
    if (begun_ || over_ || !::GetConsoleMode(keyboard_, &usual_mode_)) return;
    const DWORD line_mode = ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_VIRTUAL_TERMINAL_INPUT;
    begun_ = ::SetConsoleMode(keyboard_, (usual_mode_ & ~line_mode) | ENABLE_PROCESSED_INPUT) != 0;
  }

  // Waits for keys and puts them into the line. False at the end of the input. Every line that they have ended is added
  // to `lines`.
  bool readKeys(wchar_t* keys, DWORD size, std::string& lines) {
    DWORD count = 0;
    ::SetLastError(ERROR_SUCCESS);
    if (!::ReadConsoleW(keyboard_, keys, size, &count, nullptr)) return false;
    if (count == 0) return ::GetLastError() == ERROR_OPERATION_ABORTED;  // an interrupt, which others deal with
    const std::lock_guard<std::mutex> lock(mutex);
    hide();
    for (const wchar_t key : std::wstring_view(keys, count)) take(key, lines);
    show();
    return true;
  }

  void take(wchar_t key, std::string& lines) {
    if (key == kControlD || key == kControlZ) {
      ended_ = true;
      lines += toUtf8(line_);
      line_.clear();
    } else if (key == L'\r' || key == L'\n') {
      enter(lines);
    } else if (key == kBackspace || key == kControlBackspace) {
      eraseLast();
    } else if (key == kEscape) {
      line_.clear();
    } else if (key >= L' ' || key == L'\t') {
      line_ += key;
    }
  }

  void enter(std::string& lines) {
    if (!over_) writeText(screen_, line_ + L"\n");
    lines += toUtf8(line_) + "\n";
    line_.clear();
  }

  void eraseLast() {
    if (!line_.empty() && IS_LOW_SURROGATE(line_.back())) line_.pop_back();
    if (!line_.empty()) line_.pop_back();
  }

  // As much of the line's end as one row takes: a line that wraps could not be taken off the screen for certain. All
  // but ASCII may take two columns; so a character of two units counts right as well.
  std::wstring fitting() const {
    const std::size_t width = static_cast<std::size_t>(std::max<SHORT>(screen().dwSize.X, 1));
    std::size_t columns = 1;  // for the cursor
    std::size_t begin = line_.size();
    while (begin > 0 && columns + columnsOf(line_[begin - 1]) <= width) columns += columnsOf(line_[--begin]);
    if (begin < line_.size() && IS_LOW_SURROGATE(line_[begin])) ++begin;
    std::wstring text = line_.substr(begin);
    std::replace(text.begin(), text.end(), L'\t', L' ');
    return text;
  }

  static std::size_t columnsOf(wchar_t unit) {
    const bool is_half_of_two = IS_HIGH_SURROGATE(unit) || IS_LOW_SURROGATE(unit);
    return unit < 0x80 || is_half_of_two ? 1 : 2;
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
  std::wstring line_;
  DWORD usual_mode_ = 0;
  bool begun_ = false;
  bool shown_ = false;
  bool over_ = false;
  bool ended_ = false;  // used by the reading thread only
};

// Never destroyed: the reading thread may still use it when the program ends.
TypedLine& typedLine() {
  static TypedLine& line = *new TypedLine;
  return line;
}

void write(HANDLE stream, const std::string& text) {
  TypedLine& line = typedLine();
  const std::lock_guard<std::mutex> lock(line.mutex);
  if (!isConsole(stream)) return writeBytes(stream, text);
  line.hide();
  writeText(stream, toUtf16(text));
  line.show();
}

std::size_t readBytes(HANDLE stream, void* buffer, std::size_t size) {
  DWORD count = 0;  // stays 0 where reading fails: the other side of a pipe is closed
  ::ReadFile(stream, buffer, static_cast<DWORD>(std::min<std::size_t>(size, 1024 * 1024)), &count, nullptr);
  return count;
}

}  // namespace

std::vector<std::string> commandLine(int /*argc*/, const char* const* /*argv*/) {
  int count = 0;  // argv is in the code page of old, which lacks most characters
  wchar_t** const arguments = ::CommandLineToArgvW(::GetCommandLineW(), &count);
  std::vector<std::string> words;
  for (int i = 1; i < count; ++i) words.push_back(toUtf8(arguments[i]));
  ::LocalFree(arguments);
  return words;
}

void catchInterrupts() {
  static std::once_flag once;  // the system would keep one for each call
  std::call_once(once, [] { ::SetConsoleCtrlHandler(noteInterrupt, TRUE); });
}

bool interruptCame() { return interrupt_came; }

std::size_t readInput(void* buffer, std::size_t size) {
  static std::string line;  // what of it has not been fetched yet
  const HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
  if (!isConsole(input)) return readBytes(input, buffer, size);
  if (line.empty()) line = typedLine().readLine();
  const std::size_t count = line.copy(static_cast<char*>(buffer), size);
  line.erase(0, count);
  return count;
}

void writeOutput(const std::string& text) { write(::GetStdHandle(STD_OUTPUT_HANDLE), text); }

void writeError(const std::string& text) { write(::GetStdHandle(STD_ERROR_HANDLE), text); }

bool isOutputTerminal() { return isConsole(::GetStdHandle(STD_OUTPUT_HANDLE)); }

bool isTypedOn() { return isOutputTerminal() && isConsole(::GetStdHandle(STD_INPUT_HANDLE)); }

void writeAboveTypedLine(const std::string& line) { writeOutput(line + "\n"); }

void endTyping() {
  TypedLine& line = typedLine();
  const std::lock_guard<std::mutex> lock(line.mutex);
  line.end();
}

void restoreTerminal() {
  TypedLine& line = typedLine();
  const std::lock_guard<std::mutex> lock(line.mutex);
  line.restoreConsole();
}

}  // namespace example::system
