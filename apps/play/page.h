// The page on which the proof can be touched (web/README.md): the library as a WebAssembly module, networks
// and data in one file.
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>

#include <string>
#include <string_view>
#include <vector>

namespace voronet {

struct PlayedNetwork {
  std::string name;
  Classifier network;
};

struct PlayOptions {
  Index pictures = 40;  // the first ones, to be changed
  Index points = 1000;  // the first ones, shown by their features
};

// Throws Error unless the network has two features, or more and three classes, and a softmax or Gauss head,
// and takes points or gray images.
void require_playable(const PlayedNetwork& network);

// HTML. Networks are one or two, of different heads, and fit the data. Throws Error as require_playable does.
std::string play_page(std::vector<PlayedNetwork>& networks, const data::Dataset& data,
                      const PlayOptions& options);

// web/voronet.wasm.gz.
std::string_view web_module();

}  // namespace voronet
