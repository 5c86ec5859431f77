# SPDX-License-Identifier: MIT
#
# What Doxygen need not see of the headers: copying that the compiler makes or refuses, which needs no words, and
# std::hash, for which Doxygen 1.9 finds no namespace (the classes say that they have one).
s/^.*(const [A-Za-z]*&) = default;$//
s/^.*(const [A-Za-z]*&) = delete;$//
/^template <>$/,/^};$/d
