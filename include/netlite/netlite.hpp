// SPDX-License-Identifier: MIT
//
// All of netlite. Each class also has a header of its own, which says what it is for and from which threads it may be
// used.
#pragma once

#include <netlite/buffered_reader.hpp>
#include <netlite/buffered_writer.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/datagram_packet.hpp>
#include <netlite/datagram_socket.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>
#include <netlite/input_stream.hpp>
#include <netlite/input_stream_reader.hpp>
#include <netlite/output_stream.hpp>
#include <netlite/print_writer.hpp>
#include <netlite/server_socket.hpp>
#include <netlite/socket.hpp>
#include <netlite/socket_input_stream.hpp>
#include <netlite/socket_output_stream.hpp>
#include <netlite/tcp_server.hpp>
#include <netlite/version.hpp>
