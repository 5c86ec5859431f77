// SPDX-License-Identifier: MIT
//
// The whole of the component netlite::ssl: TLS for sockets, on OpenSSL. A program that includes this links
// netlite::ssl; the rest of netlite knows nothing of it.
#pragma once

#include <netlite/ssl_certificate.hpp>
#include <netlite/ssl_context.hpp>
#include <netlite/ssl_exceptions.hpp>
#include <netlite/ssl_session.hpp>
