// SPDX-License-Identifier: MIT
//
// HttpConnection: the requests and answers of one connection, with their time limits.
// Thread-safety: belongs to the thread that serves the connection.
#pragma once

#include "support/conversation.hpp"
#include "support/deadline_streams.hpp"
#include "support/http_request.hpp"
#include "support/http_response.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace example {

/// How patient a server is.
struct HttpTimes {
  std::chrono::milliseconds request = std::chrono::seconds(10);   // from its first byte to its last
  std::chrono::milliseconds idle = std::chrono::seconds(60);      // without a request
  std::chrono::milliseconds response = std::chrono::seconds(30);  // until the client has taken it
};

class HttpConnection {
 public:
  /// @param errorResponse makes an answer of a status and a reason
  HttpConnection(netlite::Socket& socket, std::function<HttpResponse(int, const std::string&)> errorResponse,
                 HttpTimes times = {})
      : socket_(socket), error_response_(std::move(errorResponse)), times_(times), in_(socket), out_(socket) {}

  /// The next request. Blocks until it is there. Answers requests that cannot be served itself.
  ///
  /// @return std::nullopt if there is none: the connection has ended, and the socket may be closed
  /// @throws netlite::SocketException the connection is broken
  std::optional<HttpRequest> nextRequest() {
    if (!framing_.keepsConnection) return end();
    try {
      in_.setPatience(times_.idle);
      if (!reader_.awaitRequest()) return end();
    } catch (const netlite::SocketTimeoutException&) {
      return end();
    }
    return readRequest();
  }

  /// Answers the request that nextRequest() has returned.
  void answer(const HttpResponse& response) {
    out_.setPatience(times_.response);
    writeResponse(out_, response, framing_);
  }

  /// Ends HTTP on this connection: no more time limits.
  ///
  /// @return what the client has sent after its last request
  std::string upgrade() {
    socket_.setSoTimeout(std::chrono::milliseconds(0));
    socket_.setWriteTimeout(std::chrono::milliseconds(0));
    return reader_.takeRest();
  }

 private:
  std::optional<HttpRequest> readRequest() {
    framing_ = {true, false, false};  // of an answer to a request that cannot be read
    in_.setPatience(times_.request);
    try {
      HttpRequest request = reader_.read([this] { sendContinue(); });
      framing_ = {request.method != "HEAD", request.isHttp10(), request.keepsConnection()};
      return request;
    } catch (const HttpError& e) {
      return refuse(e.status(), e.what());
    } catch (const netlite::SocketTimeoutException&) {
      return refuse(408, "the request took too long");
    } catch (const netlite::EOFException&) {
      return end();
    }
  }

  void sendContinue() {
    out_.setPatience(times_.response);
    out_.write("HTTP/1.1 100 Continue\r\n\r\n");
  }

  std::optional<HttpRequest> refuse(int status, const std::string& why) {
    answer(error_response_(status, why));
    return end();
  }

  // Lets the client read the last answer before the connection is closed.
  std::optional<HttpRequest> end() {
    endConversation(socket_);
    return std::nullopt;
  }

  netlite::Socket& socket_;
  const std::function<HttpResponse(int, const std::string&)> error_response_;
  const HttpTimes times_;
  DeadlineInput in_;
  DeadlineOutput out_;
  HttpReader reader_{in_};
  Framing framing_;  // of the current answer
};

}  // namespace example
