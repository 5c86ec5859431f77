// SPDX-License-Identifier: MIT
//
// PartialFile: a file that has not arrived completely. It gets its name when it has.
// Thread-safety: belongs to one thread.
#pragma once

#include "support/checksum.hpp"
#include "support/file_name.hpp"
#include "support/folder.hpp"

#include <netlite/netlite.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace example {

/// It lies in the same folder under a name of its own, and stays there when a transfer breaks, so that the next one can
/// continue. One program at a time can receive a file.
class PartialFile {
 public:
  /// @param name that of the complete file
  /// @throws FileRefused
  PartialFile(const Folder& folder, const std::string& name)
      : folder_(folder),
        name_(replaceable(folder, name)),
        partial_name_(partialNameOf(name)),
        file_(folder.openAlone(partial_name_)) {}

  ~PartialFile() {
    if (!is_complete_ && is_empty_) folder_.remove(partial_name_);
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  /// Reads what there is from an earlier transfer.
  Checksum content() {
    Checksum checksum;
    netlite::FileInputStream in(file_.path());
    addTo(checksum, in, std::numeric_limits<std::uint64_t>::max());
    is_empty_ = checksum.length() == 0;
    return checksum;
  }

  /// Drops what there is.
  void clear() {
    netlite::FileOutputStream(file_.path()).close();
    is_empty_ = true;
  }

  /// For what comes next.
  netlite::FileOutputStream append() {
    is_empty_ = false;
    return netlite::FileOutputStream(file_.path(), true);
  }

  /// Gives it its name. Another file of that name is replaced.
  void complete() {
    folder_.rename(partial_name_, name_);
    is_complete_ = true;
  }

 private:
  static const std::string& replaceable(const Folder& folder, const std::string& name) {
    folder.requireReplaceable(name);
    return name;
  }

  // The name itself may be as long as the system allows, so this has only its checksum.
  static std::string partialNameOf(const std::string& name) {
    Checksum checksum;
    checksum.add(name.data(), name.size());
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, checksum.value(), 16).ptr;
    return kPartialPrefix + std::string(digits, end);
  }

  const Folder& folder_;
  const std::string name_;
  const std::string partial_name_;
  const FolderFile file_;
  bool is_empty_ = true;
  bool is_complete_ = false;
};

}  // namespace example
