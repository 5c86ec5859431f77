// SPDX-License-Identifier: MIT
//
// All of netlite. Each class also has its own header, which says which threads may use it.
//
// Signals: a signal handler must not call any function of netlite.
//
// After fork: nothing that the child does to its copies of sockets (close, destructors, exit) harms the parent's, and
// the child may use netlite as well.
//
// - The child may use an inherited socket. Closing it there closes only the child's descriptor. But the connection is
//   shared: an explicit shutdownInput() or shutdownOutput() in one process takes effect in both.
// - In the parent, a close() that ends waiting calls of other threads may take effect in the child as well: the system
//   ends such a call only by a shutdown, which ends the connection's input (for a waiting write its output, too) and
//   stops a listener.
// - A socket that existed at a fork is closed without draining its unread input, in the parent too, since the other
//   process may still need that input. The peer may then see a reset in place of a clean end.
// - A child that closes its copy of a Unix-domain server does not remove the path. The process that has created the
// path
//   does when it closes its own, although the child may still accept what is queued.
// - A TcpServer of the parent does not run in the child: its threads exist only in the parent. Its destructor in the
//   child only closes the child's copies.
// - What a writer or a BufferedOutputStream held at the fork is the parent's to send. In the child its destructor drops
//   that and what the child has added, unless the child has sent some of both: by flush(), or because the buffer was
//   full.
// - Other threads of the parent do not exist in the child either: there Thread::join() of one returns immediately, an
//   ExecutorService waits for none of the parent's tasks, and a Mutex that such a thread held is free.
// - What another thread of the parent is changing at the moment of the fork, such as the text of a writer, may be half
//   changed in the child. The child may close and destroy such an object.
#pragma once

#include <netlite/buffered_input_stream.hpp>
#include <netlite/buffered_output_stream.hpp>
#include <netlite/buffered_reader.hpp>
#include <netlite/buffered_writer.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/concurrent.hpp>
#include <netlite/data_input_stream.hpp>
#include <netlite/data_output_stream.hpp>
#include <netlite/datagram_packet.hpp>
#include <netlite/datagram_socket.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/file_input_stream.hpp>
#include <netlite/file_output_stream.hpp>
#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>
#include <netlite/input_stream.hpp>
#include <netlite/input_stream_reader.hpp>
#include <netlite/output_stream.hpp>
#include <netlite/peer_credentials.hpp>
#include <netlite/print_writer.hpp>
#include <netlite/server_socket.hpp>
#include <netlite/socket.hpp>
#include <netlite/socket_input_stream.hpp>
#include <netlite/socket_output_stream.hpp>
#include <netlite/tcp_server.hpp>
#include <netlite/thread.hpp>
#include <netlite/unix_domain_socket_address.hpp>
#include <netlite/version.hpp>
