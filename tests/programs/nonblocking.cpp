// SPDX-License-Identifier: MIT
//
// nonblocking PROGRAM [WORD...]: runs a program whose standard streams are non-blocking, as some parents leave them.
// Thread-safety: one thread.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  for (int stream = 0; stream < 3; ++stream) ::fcntl(stream, F_SETFL, ::fcntl(stream, F_GETFL) | O_NONBLOCK);
  if (argc > 1) ::execv(argv[1], argv + 1);
  std::perror("nonblocking");
  return 1;
}
