// SPDX-License-Identifier: MIT
//
// support/system.hpp for POSIX.
// Thread-safety: as support/system.hpp says.
#include "support/system.hpp"

#include "support/line_drawing.hpp"
#include "support/line_editor.hpp"
#include "support/stream_failure.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

namespace example::system {
namespace {

// ---- signals ----

std::atomic<bool> interrupt_came{false};  // a signal handler may touch little else
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not lock");

extern "C" void noteInterrupt(int) { interrupt_came = true; }

// A signal that was ignored when the program started stays ignored, as nohup and shells without job control require.
void handle(int signal, void (*handler)(int), int flags = SA_RESTART) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(signal, &action, nullptr);
}

// ---- bytes ----

// A descriptor may have been inherited as non-blocking. It stays so, since other programs share it.
bool isWorthRetrying(int stream, short event) {
  if (errno != EAGAIN && errno != EWOULDBLOCK) return errno == EINTR;
  pollfd wanted{stream, event, 0};
  ::poll(&wanted, 1, -1);
  return true;
}

// Returns the error that stopped it, or no error.
std::error_code writeBytes(int stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(stream, text.data(), text.size());
    if (size < 0 && !isWorthRetrying(stream, POLLOUT)) return {errno, std::generic_category()};
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  return {};
}

std::size_t readBytes(void* buffer, std::size_t size) {
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (isWorthRetrying(STDIN_FILENO, POLLIN)) continue;
    inputFailure().note({errno, std::generic_category()});
    return 0;
  }
}

bool isReadable(int descriptor) {
  pollfd wanted{descriptor, POLLIN, 0};
  return ::poll(&wanted, 1, 0) > 0;
}

// ---- the terminal's settings, which signal handlers change too ----

termios usual_settings{};
termios typing_settings{};
std::atomic<bool> is_typing{false};       // between beginTyping() and restoreTerminal()
std::atomic<bool> is_set{false};          // the terminal has typing_settings
std::atomic<bool> is_overwritten{false};  // other programs have used the screen since the line was drawn
int wake_pipe[2] = {-1, -1};              // a byte in it means that the line has to be drawn again

// Changing the settings from the background would stop the program, and disturb the one in the foreground.
bool isInForeground() {
  const pid_t group = ::tcgetpgrp(STDIN_FILENO);
  return group < 0 || group == ::getpgrp();
}

void setTerminal() {
  if (!isInForeground()) return;
  is_set = true;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &typing_settings);
}

void resetTerminal() {
  if (is_set.exchange(false) && isInForeground()) ::tcsetattr(STDIN_FILENO, TCSANOW, &usual_settings);
}

void wakeReader() {
  const ssize_t ignored = ::write(wake_pipe[1], "", 1);  // if the pipe is full, the reader wakes anyway
  static_cast<void>(ignored);
}

extern "C" void noteNewSize(int) {
  const int error = errno;
  wakeReader();
  errno = error;
}

extern "C" void resume(int) {
  const int error = errno;
  if (is_typing) {
    setTerminal();
    is_overwritten = true;
    wakeReader();
  }
  errno = error;
}

// Handles a signal that stops (Ctrl-Z) or kills (Ctrl-\) the program: restores the terminal, then lets it act.
extern "C" void stepAside(int signal) {
  const int error = errno;
  resetTerminal();
  struct sigaction usual {};
  struct sigaction ours {};
  usual.sa_handler = SIG_DFL;
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::sigaction(signal, &usual, &ours);
  ::raise(signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);  // stops here
  ::sigaction(signal, &ours, nullptr);
  errno = error;
  resume(signal);  // a program without a parent that could continue it is not stopped
}

// ---- the line that is being typed ----

// Whether the terminal understands control codes, according to TERM.
bool canMoveCursor() {
  const char* const kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

bool openWakePipe() {
  if (::pipe(wake_pipe) != 0) return false;
  for (const int end : wake_pipe) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  return true;
}

// The line that a person is typing. The program edits and shows it: the terminal's own line takes only 4095 bytes, and
// only the terminal would know where on the screen it is.
// Thread-safety: any thread may call begin(), print() and end(); one thread calls readLines().
class TypedLine {
 public:
  void begin() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!canMoveCursor() || ::tcgetattr(STDIN_FILENO, &usual_settings) != 0) return;
    screen_ = is_terminal_[STDOUT_FILENO] ? STDOUT_FILENO : ::open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (screen_ < 0 || !openWakePipe()) return;
    // The terminal reports each key and shows none. Ctrl-C, Ctrl-Z and Ctrl-S keep their meaning.
    typing_settings = usual_settings;
    typing_settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ECHONL | IEXTEN);
    typing_settings.c_cc[VMIN] = 1;
    typing_settings.c_cc[VTIME] = 0;
    takeEarlyLines();
    is_typing = true;
    for (const int signal : {SIGTSTP, SIGQUIT}) handle(signal, stepAside);
    handle(SIGCONT, resume);
    handle(SIGWINCH, noteNewSize);
    setTerminal();
    takeEarlyLines();  // the line that is not complete yet
    if (editor_.text().empty()) return;
    drawing_.adopt(editor_.text(), screenSize());
    redraw();
  }

  bool isShownOn(int stream) const { return is_typing && is_terminal_[stream]; }

  /// Prints text above the line.
  std::error_code print(int stream, std::string_view text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string codes = erased();
    codes += text;
    codes += drawn();
    return writeBytes(stream, codes);
  }

  /// Waits for keys until they have completed a line. One thread only.
  ///
  /// @return lines with their ends; at the end of the input perhaps an unfinished line, or nothing
  std::string readLines() {
    std::string lines = std::exchange(early_lines_, {});
    while (lines.empty() && !editor_.ended() && !hung_up_) {
      pollfd wanted[] = {{STDIN_FILENO, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
      if (::poll(wanted, 2, -1) < 0) continue;  // EINTR
      if (wanted[1].revents != 0) drawAgain();
      if (wanted[0].revents != 0) lines = takeKeys();
    }
    return lines;
  }

  void end() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(over_, true)) return;
    writeBytes(screen_, erased());
  }

 private:
  // Reads what was typed before begin().
  void takeEarlyLines() {
    char keys[4096];
    while (!editor_.ended() && isReadable(STDIN_FILENO)) {
      const std::size_t count = readBytes(keys, sizeof(keys));
      early_lines_ += editor_.type(count == 0 ? "\x04" : std::string_view(keys, count));
    }
  }

  std::string takeKeys() {
    char keys[4096];
    const std::size_t count = readBytes(keys, sizeof(keys));
    const std::lock_guard<std::mutex> lock(mutex_);
    hung_up_ = count == 0;
    if (!is_set && is_typing) setTerminal();  // the shell has put the program into the foreground without a signal
    std::string codes = erased();
    const std::string lines = editor_.type({keys, count});
    codes += lines;
    codes += drawn();
    if (!over_) writeBytes(screen_, codes);
    return lines;
  }

  void drawAgain() {
    char bytes[64];
    while (::read(wake_pipe[0], bytes, sizeof(bytes)) > 0) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    redraw();
  }

  void redraw() {
    std::string codes = erased();
    codes += drawn();
    writeBytes(screen_, codes);
  }

  std::string erased() {
    if (is_overwritten.exchange(false)) drawing_.forget();
    return drawing_.erase();
  }

  std::string drawn() {
    if (over_ || !is_set) return {};
    return drawing_.draw(editor_.text(), editor_.cursor(), screenSize());
  }

  ScreenSize screenSize() const {
    winsize size{};
    if (::ioctl(screen_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {80, 24};
    return {size.ws_col, size.ws_row};
  }

  const bool is_terminal_[3] = {::isatty(STDIN_FILENO) == 1, ::isatty(STDOUT_FILENO) == 1,
                                ::isatty(STDERR_FILENO) == 1};
  std::mutex mutex_;
  int screen_ = -1;
  LineEditor editor_;        // guarded by mutex_
  LineDrawing drawing_;      // guarded by mutex_
  bool over_ = false;        // guarded by mutex_
  bool hung_up_ = false;     // used by the reading thread only
  std::string early_lines_;  // used by the reading thread only, once it runs
};

// Never destroyed: the reading thread may still use it when the program ends.
TypedLine& typedLine() {
  static TypedLine& line = *new TypedLine;
  return line;
}

std::error_code write(int stream, std::string_view text) {
  if (typedLine().isShownOn(stream)) return typedLine().print(stream, text);
  static std::mutex mutexes[3];  // one text at a time, but a stream that is not read does not block the others
  const std::lock_guard<std::mutex> lock(mutexes[stream]);
  return writeBytes(stream, text);
}

}  // namespace

void prepareStreams() {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignored, nullptr);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    if (::open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY) == stream) continue;
    throw std::system_error(errno, std::generic_category(), "open /dev/null");
  }
}

std::vector<std::string> commandLine(int argc, const char* const* argv) {
  return {argv + std::min(argc, 1), argv + argc};
}

void catchInterrupts() {
  // Without SA_RESTART: ThreadSanitizer calls a handler only when the blocked system call has returned.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) handle(signal, noteInterrupt, 0);
}

bool interruptCame() { return interrupt_came; }

std::size_t readInput(void* buffer, std::size_t size) {
  static std::string lines;  // those that have not been returned yet
  if (!is_typing) return readBytes(buffer, size);
  if (lines.empty()) lines = typedLine().readLines();
  const std::size_t count = lines.copy(static_cast<char*>(buffer), size);
  lines.erase(0, count);
  return count;
}

void writeOutput(const std::string& text) {
  if (const std::error_code failure = write(STDOUT_FILENO, text)) outputFailure().note(failure);
}

void writeError(const std::string& text) { write(STDERR_FILENO, text); }

bool isOutputTerminal() { return ::isatty(STDOUT_FILENO) == 1; }

void beginTyping() { typedLine().begin(); }

void endTyping() {
  if (is_typing) typedLine().end();
}

void restoreTerminal() {
  is_typing = false;
  resetTerminal();
}

}  // namespace example::system
