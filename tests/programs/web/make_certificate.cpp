// SPDX-License-Identifier: MIT
//
// make_certificate FOLDER: makes an authority and, signed by it, a certificate for localhost: authority.pem, chain.pem
// and key.pem in the folder.
#include "support/certificates.hpp"

#include <filesystem>
#include <fstream>
#include <string>

int main(int, char** arguments) {
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  const netlite::test::TestCertificate authority(netlite::test::authorityOptions());
  const netlite::test::TestCertificate certificate({}, &authority);
  std::ofstream(folder / "authority.pem") << authority.pem();
  std::ofstream(folder / "chain.pem") << certificate.pem();
  std::ofstream(folder / "key.pem") << certificate.keyPem();
}
