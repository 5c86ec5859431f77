// SPDX-License-Identifier: MIT
//
// Loads the plugin, lets it abandon a lookup, unloads it, and then lets the lookup end. The library calls this
// program's getaddrinfo, which controls when the lookup ends.
#include <dlfcn.h>
#include <netdb.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
std::condition_variable changed;
bool asked = false;     // guarded by mutex
bool answered = false;  // guarded by mutex

std::ptrdiff_t threads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

bool waitForLastThread() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (threads() > 1) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

int fail(const char* what) {
  std::cerr << what << '\n';
  return 1;
}

}  // namespace

extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  std::unique_lock<std::mutex> lock(mutex);
  asked = true;
  changed.notify_all();
  changed.wait(lock, [] { return answered; });
  return EAI_NONAME;
}

int main(int, char** arguments) {
  void* const plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) return fail(dlerror());
  const auto abandonLookup = reinterpret_cast<bool (*)()>(dlsym(plugin, "abandonLookup"));
  if (abandonLookup == nullptr || !abandonLookup()) return fail("the lookup was not abandoned");
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [] { return asked; });
  }
  dlclose(plugin);
  if (dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) != nullptr) return fail("the plugin is still loaded");
  {
    const std::lock_guard<std::mutex> lock(mutex);
    answered = true;
  }
  changed.notify_all();
  return waitForLastThread() ? 0 : fail("the lookup does not end");
}
