# SPDX-License-Identifier: MIT
"""Conan 2 recipe for this folder: conan create .

The recipe for Conan's own index is packaging/conan/all/conanfile.py, and their test_package is the same.
"""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class NetliteConan(ConanFile):
    name = "netlite"
    description = "TCP and UDP sockets for C++17, shaped like java.net"
    license = "MIT"
    topics = ("sockets", "tcp", "udp", "networking")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"
    test_package_folder = "packaging/conan/all/test_package"

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include", "netlite", "version.hpp"))
        self.version = re.search(r'#define NETLITE_VERSION "([0-9.]+)"', header).group(1)

    def validate(self):
        check_min_cppstd(self, 17)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCH"):
            toolchain.cache_variables[f"NETLITE_BUILD_{part}"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        # Conan generates these for the consumer's build system.
        for folder in (os.path.join("lib", "cmake"), os.path.join("lib", "pkgconfig"), "share"):
            rmdir(self, os.path.join(self.package_folder, folder))

    def package_info(self):
        self.cpp_info.libs = ["netlite"]
        self.cpp_info.set_property("cmake_file_name", "netlite")
        self.cpp_info.set_property("cmake_target_name", "netlite::netlite")
        self.cpp_info.set_property("pkg_config_name", "netlite")
        if self.settings.os == "Windows":
            self.cpp_info.system_libs = ["ws2_32", "iphlpapi"]
        elif self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
        if self.options.shared:
            self.cpp_info.defines = ["NETLITE_SHARED"]
