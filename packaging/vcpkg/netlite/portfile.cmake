vcpkg_from_github(
    OUT_SOURCE_PATH SOURCE_PATH
    REPO OWNER/netlite
    REF "v${VERSION}"
    SHA512 0
    HEAD_REF main
)

set(ssl OFF)
if("ssl" IN_LIST FEATURES)
    set(ssl ON)
endif()
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DNETLITE_BUILD_TESTS=OFF
        -DNETLITE_BUILD_EXAMPLES=OFF
        -DNETLITE_BUILD_BENCH=OFF
        -DNETLITE_SSL=${ssl}
)
vcpkg_cmake_install()
vcpkg_copy_pdbs()
vcpkg_cmake_config_fixup(PACKAGE_NAME netlite CONFIG_PATH lib/cmake/netlite)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE
    "${CURRENT_PACKAGES_DIR}/debug/include"
    "${CURRENT_PACKAGES_DIR}/debug/share/licenses"
    "${CURRENT_PACKAGES_DIR}/share/licenses"
)

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
