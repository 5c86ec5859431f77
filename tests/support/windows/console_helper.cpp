// SPDX-License-Identifier: MIT
//
// console_helper: does for a test what only a process at the same console can do.
//
//   console_helper interrupt PID           sends Ctrl-C to all programs at the console of PID
//   console_helper run PROGRAM [WORD...]   runs a program at this process's own console and plays the person there:
//                                          types what arrives on standard input, and prints the screen whenever it
//                                          changes. Exits with the program's code, or 97 if the program did not restore
//                                          the console's mode.
//
// Thread-safety: the thread that types and the one that polls the screen share nothing but the console.
#include <windows.h>

#include <cstdlib>
#include <cwchar>
#include <string>
#include <string_view>
#include <thread>

namespace {

// Ctrl-C is for the program, not for this process.
BOOL WINAPI ignore(DWORD) { return TRUE; }

int interrupt(DWORD pid) {
  ::FreeConsole();
  const bool is_sent =
      ::AttachConsole(pid) && ::SetConsoleCtrlHandler(ignore, TRUE) && ::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
  return is_sent ? 0 : 1;
}

HANDLE openConsole(const wchar_t* name) {
  SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  return ::CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                       OPEN_EXISTING, 0, nullptr);
}

std::string toUtf8(const std::wstring& text) {
  std::string result(text.size() * 3, '\0');
  result.resize(static_cast<std::size_t>(::WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                                               result.data(), static_cast<int>(result.size()), nullptr,
                                                               nullptr)));
  return result;
}

// ---- the keyboard ----

void press(HANDLE keyboard, wchar_t key) {
  INPUT_RECORD record{};
  record.EventType = KEY_EVENT;
  KEY_EVENT_RECORD& event = record.Event.KeyEvent;
  event.bKeyDown = TRUE;
  event.wRepeatCount = 1;
  event.wVirtualKeyCode = key == L'\r' ? VK_RETURN : key == L'\b' ? VK_BACK : 0;
  event.uChar.UnicodeChar = key;
  DWORD count = 0;
  ::WriteConsoleInputW(keyboard, &record, 1, &count);
  event.bKeyDown = FALSE;
  ::WriteConsoleInputW(keyboard, &record, 1, &count);
}

// The length in bytes of the UTF-8 character that begins with this byte.
std::size_t lengthOf(char first) {
  const unsigned char byte = static_cast<unsigned char>(first);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

void typeCharacter(HANDLE keyboard, std::string_view character) {
  if (character == "\x03") {
    ::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
    return;
  }
  wchar_t units[2];
  const int count = ::MultiByteToWideChar(CP_UTF8, 0, character.data(), static_cast<int>(character.size()), units, 2);
  for (int i = 0; i < count; ++i) press(keyboard, units[i] == L'\n' ? L'\r' : units[i]);
}

// Types standard input until its end.
void type(HANDLE keyboard) {
  std::string text;
  char buffer[4096];
  for (DWORD count = 0;
       ::ReadFile(::GetStdHandle(STD_INPUT_HANDLE), buffer, sizeof(buffer), &count, nullptr) && count;) {
    text.append(buffer, count);
    while (!text.empty() && text.size() >= lengthOf(text.front())) {
      typeCharacter(keyboard, std::string_view(text).substr(0, lengthOf(text.front())));
      text.erase(0, lengthOf(text.front()));
    }
  }
}

// ---- the screen ----

// A character that is two columns wide has two cells; the second is marked in its attributes.
std::wstring row(HANDLE screen, SHORT y, SHORT width) {
  std::wstring text(static_cast<std::size_t>(width), L' ');
  CHAR_INFO cells[200];
  SMALL_RECT place{0, y, static_cast<SHORT>(width - 1), y};
  if (!::ReadConsoleOutputW(screen, cells, {width, 1}, {0, 0}, &place)) return {};
  text.clear();
  for (SHORT x = 0; x < width; ++x) {
    if ((cells[x].Attributes & COMMON_LVB_TRAILING_BYTE) == 0) text += cells[x].Char.UnicodeChar;
  }
  return text.substr(0, text.find_last_not_of(L" \0") + 1);
}

std::string shownBy(HANDLE screen) {
  CONSOLE_SCREEN_BUFFER_INFO info{};
  ::GetConsoleScreenBufferInfo(screen, &info);
  const SHORT width = info.dwSize.X < 200 ? info.dwSize.X : 200;
  std::wstring text;
  std::size_t end = 0;
  for (SHORT y = 0; y <= info.dwCursorPosition.Y; ++y) {
    const std::wstring line = row(screen, y, width);
    text += line + L"\n";
    if (!line.empty()) end = text.size();
  }
  return toUtf8(text.substr(0, end)) + "\f";
}

void print(const std::string& text) {
  DWORD count = 0;
  ::WriteFile(::GetStdHandle(STD_OUTPUT_HANDLE), text.data(), static_cast<DWORD>(text.size()), &count, nullptr);
}

// Prints each change until the program ends. Screens give no notice of changes, so this polls.
void watch(HANDLE screen, HANDLE program) {
  std::string last = "\f";
  for (bool is_over = false; !is_over;) {
    is_over = ::WaitForSingleObject(program, 10) == WAIT_OBJECT_0;
    const std::string now = shownBy(screen);
    if (now != last) print(now);
    last = now;
  }
}

// This process's command line after its first two words, which contain no quotes.
std::wstring restOfCommandLine() {
  const wchar_t* line = ::GetCommandLineW();
  for (int word = 0; word < 2; ++word) {
    const wchar_t end = *line == L'"' ? L'"' : L' ';
    line = std::wcschr(line + 1, end) + 1;
    while (*line == L' ') ++line;
  }
  return line;
}

DWORD modeOf(HANDLE console) {
  DWORD mode = 0;
  ::GetConsoleMode(console, &mode);
  return mode;
}

int run() {
  ::SetConsoleCtrlHandler(ignore, TRUE);
  const HANDLE keyboard = openConsole(L"CONIN$");
  const HANDLE screen = openConsole(L"CONOUT$");
  STARTUPINFOW startup{};
  startup.cb = sizeof(startup);
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = keyboard;
  startup.hStdOutput = screen;
  startup.hStdError = ::GetStdHandle(STD_ERROR_HANDLE);
  ::SetHandleInformation(startup.hStdError, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  std::wstring line = restOfCommandLine();
  PROCESS_INFORMATION program{};
  if (!::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &program))
    return 99;
  const DWORD mode = modeOf(keyboard);
  std::thread(type, keyboard).detach();  // its read ends only with this process
  watch(screen, program.hProcess);
  DWORD code = 0;
  ::GetExitCodeProcess(program.hProcess, &code);
  return modeOf(keyboard) == mode ? static_cast<int>(code) : 97;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "interrupt") return interrupt(std::strtoul(argv[2], nullptr, 10));
  if (argc >= 3 && std::string(argv[1]) == "run") return run();
  return 98;
}
