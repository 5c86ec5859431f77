// SPDX-License-Identifier: MIT
//
// window_chat: broadcast_client with a window, by FLTK.
//
// A window must never wait: while its thread waits for a network, it neither draws nor listens to the keyboard. So one
// thread reads the server's lines and hands them to the window's thread, which Fl::awake() wakes; another one sends
// what the window has put into a queue.
#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/interrupt.hpp"
#include "support/line_inbox.hpp"
#include "support/plain_text.hpp"
#include "support/program.hpp"
#include "support/scoped_thread.hpp"
#include "support/terminal.hpp"

#include <netlite/netlite.hpp>

#include <FL/Fl.H>
#include <FL/Fl_Double_Window.H>
#include <FL/Fl_Input.H>
#include <FL/Fl_Text_Buffer.H>
#include <FL/Fl_Text_Display.H>
#include <FL/fl_ask.H>
#include <FL/x.H>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

const example::Program kProgram{
    "window_chat",
    {"host", "port", "name"},
    "Takes part in the chat of a broadcast_server, in a window. Without arguments: localhost 2000 guest.",
    {example::kTlsOption, example::kCaOption}};

// The server puts a name in front of each line, so its lines may be longer than those that it accepts.
constexpr std::size_t kMaxLine = 4 * 1024 * 1024;

constexpr std::size_t kMaxUnsent = 1024;  // lines

// The lines of the chat. The reader's place stays where it is, unless it is the end.
class LineDisplay : public Fl_Text_Display {
 public:
  LineDisplay(int x, int y, int width, int height) : Fl_Text_Display(x, y, width, height) {
    buffer(&buffer_);
    wrap_mode(WRAP_AT_BOUNDS, 0);
    scrollbar_width(Fl::scrollbar_size());
    cursor_style(SIMPLE_CURSOR);
  }
  ~LineDisplay() override { buffer(nullptr); }

  void add(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
      if (!std::exchange(is_empty_, false)) text += '\n';
      text += line;
    }
    const bool stays = isAtEnd();
    buffer_.append(text.c_str());
    count_ += lines.size();
    removeOldest();
    if (!stays) return;
    insert_position(buffer_.length());
    show_insert_position();
  }

 private:
  bool isAtEnd() const {
    return mVScrollBar->value() + mVScrollBar->slider_size() * mVScrollBar->maximum() >= mVScrollBar->maximum();
  }

  void removeOldest() {
    constexpr int kMaxBytes = static_cast<int>(example::LineInbox::kMaxBytes);
    const std::size_t surplus = count_ - std::min(count_, example::LineInbox::kMaxLines);
    const int end = std::max(buffer_.skip_lines(0, static_cast<int>(surplus)), buffer_.length() - kMaxBytes);
    if (end <= 0) return;
    const int next = buffer_.skip_lines(end, buffer_.line_start(end) == end ? 0 : 1);
    count_ -= static_cast<std::size_t>(buffer_.count_lines(0, next));
    buffer_.remove(0, next);
  }

  Fl_Text_Buffer buffer_;
  std::size_t count_ = 0;  // of lines
  bool is_empty_ = true;
};

// A field of one line, also if several are pasted.
class LineInput : public Fl_Input {
 public:
  using Fl_Input::Fl_Input;

  int handle(int event) override {
    if (event != FL_PASTE) return Fl_Input::handle(event);
    const std::string pasted(Fl::event_text(), static_cast<std::size_t>(Fl::event_length()));
    const std::string line = example::plainText(example::validText(pasted));
    replace(position(), mark(), line.c_str(), static_cast<int>(line.size()));
    return 1;
  }
};

// The default font has no Korean characters, except on a Korean desktop. Takes the first font of a list that has them.
void chooseFont() {
  const std::vector<std::string> known{
      "Noto Sans CJK KR", "Noto Sans KR",        "Pretendard",          "NanumGothic", "Nanum Gothic",
      "NanumBarunGothic", "Source Han Sans K",   "Source Han Sans KR",  "UnDotum",     "Un Dotum",
      "Baekmuk Dotum",    "Malgun Gothic",       "Apple SD Gothic Neo", "Gulim",       "Noto Sans CJK JP",
      "Noto Sans CJK SC", "Droid Sans Fallback", "WenQuanYi Zen Hei",   "Unifont"};
  std::size_t best = known.size();
  const Fl_Font count = Fl::set_fonts("-*");
  for (Fl_Font font = 0; font < count; ++font) {
    int attributes = 0;
    const char* const name = Fl::get_font_name(font, &attributes);
    if (name == nullptr || attributes != 0) continue;
    const auto found = std::find(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(best), name);
    const auto index = static_cast<std::size_t>(found - known.begin());
    if (index >= best) continue;
    best = index;
    Fl::set_font(FL_HELVETICA, font);
  }
}

class ChatWindow {
 public:
  /// @param send gets each line that is typed; must not block; returns false if the line cannot be taken now
  ChatWindow(const std::string& title, example::LineInbox& inbox, std::function<bool(std::string)> send)
      : inbox_(inbox),
        send_(std::move(send)),
        window_(560, 420, nullptr),
        lines_(8, 8, 544, 360),
        input_(8, 376, 544, 36) {
    window_.copy_label(title.c_str());
    window_.resizable(lines_);
    window_.size_range(240, 160);
    window_.callback([](Fl_Widget* window, void*) {
      if (Fl::event() != FL_SHORTCUT) window->hide();  // not by the key Escape, which input methods use
    });
    window_.end();
    lines_.textsize(15);
    input_.textsize(15);
    input_.when(FL_WHEN_ENTER_KEY_ALWAYS);
    input_.callback([](Fl_Widget*, void* self) { static_cast<ChatWindow*>(self)->submit(); }, this);
  }

  /// Returns when the window has been closed.
  void run() {
    window_.show();
    input_.take_focus();
    Fl::run();
    Fl::remove_timeout(showMore, this);
  }

  // ---- for Fl::awake() ----

  static void showMore(void* self) { static_cast<ChatWindow*>(self)->showMore(); }
  static void close(void* self) { static_cast<ChatWindow*>(self)->window_.hide(); }

 private:
  // So few that the window draws and listens in between.
  static constexpr std::size_t kBatch = 250;
  static constexpr double kPause = 0.02;  // seconds

  void showMore() {
    const std::vector<std::string> lines = inbox_.take(kBatch);
    if (!lines.empty()) lines_.add(lines);
    Fl::remove_timeout(showMore, this);
    if (inbox_.hasMore()) Fl::add_timeout(kPause, showMore, this);
    if (inbox_.isClosed()) input_.deactivate();
  }

  void submit() {
    const std::string line = example::plainText(input_.value());
    if (line.empty()) return;
    if (!send_(line)) return fl_beep();  // the line stays where it is
    input_.value("");
  }

  example::LineInbox& inbox_;
  const std::function<bool(std::string)> send_;
  Fl_Double_Window window_;
  LineDisplay lines_;
  LineInput input_;
};

// Runs in the receiver's thread, until the server leaves or the socket is closed.
void receive(netlite::Socket& socket, example::LineInbox& inbox) {
  try {
    netlite::BufferedReader in(socket.getInputStream());
    in.setMaxLineLength(kMaxLine);
    for (std::string line; in.readLine(line);) inbox.add(example::visible(line));
    inbox.close("The server has left.");
  } catch (const netlite::IOException& e) {
    inbox.close(e.what());
  }
}

// Runs in the sender's thread, until the queue is closed or the server is gone.
void send(netlite::Socket& socket, netlite::BlockingQueue<std::string>& lines) {
  netlite::PrintWriter out(socket.getOutputStream());
  while (const std::optional<std::string> line = lines.poll(std::chrono::milliseconds::max())) {
    out.println(*line);
    if (!out.flush()) return;
  }
}

// FLTK ends the program where there is no display. This reports it as other errors are.
[[noreturn]] void fail(const char* format, ...) {
  char text[256];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  throw std::runtime_error(std::string(text, std::strcspn(text, "\n")));
}

int talk(const example::Arguments& arguments) {
  netlite::Socket socket = example::connectTo(arguments, 2000);
  const std::string name = arguments.text(2, "guest");
  std::setlocale(LC_CTYPE, "");  // by which X finds the input method
  const auto usual = std::exchange(Fl::fatal, fail);
  fl_open_display();
  Fl::fatal = usual;  // later FLTK calls it from C code, through which nothing may be thrown
  Fl::scheme("gtk+");
  Fl::lock();  // from now on other threads may call Fl::awake()
  chooseFont();

  netlite::BlockingQueue<std::string> unsent(kMaxUnsent);
  ChatWindow* shown = nullptr;
  example::LineInbox inbox([&] { Fl::awake(ChatWindow::showMore, shown); });
  ChatWindow window(name + " - " + arguments.text(0, "localhost") + ":" + std::to_string(socket.getPort()), inbox,
                    [&](const std::string& line) { return unsent.offer(name + ":" + line); });
  shown = &window;
  const example::Interrupt interrupt([&] { Fl::awake(ChatWindow::close, shown); });
  const auto stop = [&] {
    unsent.close();
    socket.close();
  };
  const example::ScopedThread<void> receiver([&] { receive(socket, inbox); }, stop);
  const example::ScopedThread<void> sender([&] { send(socket, unsent); }, stop);
  window.run();

  unsent.close();  // what has been typed still goes out, if the server takes it
  if (sender.endsWithin(std::chrono::milliseconds(200))) example::finishSending(socket);
  receiver.endsWithin(std::chrono::milliseconds(300));
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
