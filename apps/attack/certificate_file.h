// Certificates as files, of which theory/README.md has the format.
#pragma once

#include <voronet/attacks/proof/certificate.h>
#include <voronet/layers/classifier_config.h>

#include <filesystem>
#include <string>

namespace voronet {

// The network that certificates are of: the md5 of its file, and how the file is to be read.
struct CertifiedNetwork {
  std::string md5;
  Settings settings;
};

// FOLDER/NUMBER-DOMAIN.json, as write_file writes. `index` is the image's number in its data set.
void write_certificate(const std::filesystem::path& folder, const Certificate& certificate,
                       const CertifiedNetwork& network, const data::Images& image, Index index);

}  // namespace voronet
