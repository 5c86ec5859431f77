# SPDX-License-Identifier: MIT
"""Conan 2 recipe for Conan's index, conan-center: the same as ../../../conanfile.py, for released sources."""

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, rmdir

required_conan_version = ">=2.0"


class NetliteConan(ConanFile):
    name = "netlite"
    description = "TCP and UDP sockets for C++17, shaped like java.net"
    license = "MIT"
    url = "https://github.com/conan-io/conan-center-index"
    homepage = "https://github.com/OWNER/netlite"
    topics = ("sockets", "tcp", "udp", "networking")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "with_ssl": [True, False]}
    default_options = {"shared": False, "fPIC": True, "with_ssl": False}
    implements = ["auto_shared_fpic"]

    def requirements(self):
        if self.options.with_ssl:
            self.requires("openssl/[>=1.1.1 <4]")

    def validate(self):
        check_min_cppstd(self, 17)

    def layout(self):
        cmake_layout(self, src_folder="src")

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCH"):
            toolchain.cache_variables[f"NETLITE_BUILD_{part}"] = False
        toolchain.cache_variables["NETLITE_SSL"] = "ON" if self.options.with_ssl else "OFF"
        toolchain.generate()
        if self.options.with_ssl:
            CMakeDeps(self).generate()

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
        self.cpp_info.set_property("cmake_file_name", "netlite")
        core = self.cpp_info.components["core"]
        core.libs = ["netlite"]
        core.set_property("cmake_target_name", "netlite::netlite")
        core.set_property("pkg_config_name", "netlite")
        if self.settings.os == "Windows":
            core.system_libs = ["ws2_32", "iphlpapi"]
        elif self.settings.os in ("Linux", "FreeBSD"):
            core.system_libs = ["pthread"]
        if self.options.shared:
            core.defines = ["NETLITE_SHARED"]
        if not self.options.with_ssl:
            return
        ssl = self.cpp_info.components["ssl"]
        ssl.libs = ["netlite_ssl"]
        ssl.requires = ["core", "openssl::ssl"]
        ssl.set_property("cmake_target_name", "netlite::ssl")
        ssl.set_property("pkg_config_name", "netlite-ssl")
        if self.settings.os == "Windows":
            ssl.system_libs = ["crypt32"]
