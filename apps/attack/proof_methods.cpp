#include <voronet/apps/attack/folder.h>
#include <voronet/apps/attack/methods.h>
#include <voronet/apps/attack/unfinished.h>
#include <voronet/apps/cli/errors.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/file.h>
#include <voronet/core/winograd.h>
#include <voronet/data/md5.h>

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <optional>
#include <string>

namespace voronet {
namespace {

// Bytes are whole numbers.
Json value_json(double value, Domain domain) {
  return domain == Domain::bytes ? Json(static_cast<int>(value)) : Json(value);
}

const char* name_of(Domain domain) { return domain == Domain::bytes ? "bytes" : "reals"; }

// Two digits, which the checker's bounds show as well; in what follows they may differ from the program's.
double rounded_down(double margin) {
  const double scale = std::pow(10.0, 1 - std::floor(std::log10(margin)));
  return std::floor(margin * scale) / scale;
}

// FOLDER/NUMBER-DOMAIN.json, of which theory/README.md has the format. `network`: the md5 of its file, and
// how that is to be read; `index`: the image's number in its data set.
void write_certificate(const std::filesystem::path& folder, const Certificate& certificate,
                       const Json& network, const data::Images& image, Index index) {
  const Domain domain = certificate.domain;
  const std::string pixels(image.pixels.begin(), image.pixels.end());
  Json json = {{"format", "voronet certificate 2"},
               {"network", network},
               {"image", {{"index", index}, {"md5", data::md5(pixels)}, {"label", certificate.label}}},
               {"changed", certificate.changed},
               {"domain", name_of(domain)}};
  if (certificate.flip) {
    const auto& [place, values, rival] = *certificate.flip;
    Json after = Json::array();
    for (const double value : values) after.push_back(value_json(value, domain));
    json["flip"] = {place, after, rival.label, rival.margin};
  } else if (!certificate.sets.empty()) {
    Json& all = json["sets"] = Json::array();
    for (const auto& [place, values] : certificate.sets)
      all.push_back({place, values.cuts, rounded_down(values.margin)});
  } else if (!certificate.colours.empty()) {
    Json& all = json["colours"] = Json::array();
    for (const auto& [cuts, margin] : certificate.colours) all.push_back({cuts, rounded_down(margin)});
  } else {
    Json& all = json["pixels"] = Json::array();
    for (const std::vector<CertifiedRange>& ranges : certificate.pixels) {
      Json& of_pixel = all.emplace_back(Json::array());
      for (const auto& [from, to, rival] : ranges)
        of_pixel.push_back({value_json(from, domain), value_json(to, domain), rival.label, rival.margin});
    }
  }
  write_file(folder / text(std::setfill('0'), std::setw(5), index, '-', name_of(domain), ".json"),
             json_text(json) + '\n');
}

// `table.option` reads into these.
struct ProofOptions {
  bool census = false;
  std::string domain = "bytes", certificates;
  Index boxes = Exact{}.boxes;
  std::optional<double> seconds;
};

// Settings are all members that decide rows: one that is added there and not here does not compile.
Json settings_of(const Exact& attack) {
  const auto& [network, pixels, census, goal, tau, domain, model_decides_ties, boxes, seconds,
               keep_certificate, kept_place, keep_place, progress] = attack;
  require(model_decides_ties, "exact: rows are what the model says of ties");
  Json settings;
  put(settings, "pixels", pixels, "census", census, "goal", name_of(goal), "tau", tau, "domain",
      name_of(domain), "boxes", boxes, "seconds_per_image",
      std::isfinite(seconds) ? Json(seconds) : Json("no limit"));
  return settings;
}

Json settings_of(const Exhaustive& attack) {
  const auto& [census, goal, tau] = attack;
  return {{"census", census}, {"goal", name_of(goal)}, {"tau", tau}};
}

Exact exact_search(const ProofOptions& options, const MethodTable::Shared& shared,
                   std::shared_ptr<const ProvableNetwork> network) {
  Exact method{.network = std::move(network),
               .pixels = shared.pixels,
               .census = options.census,
               .goal = shared.goal(),
               .tau = shared.tau,
               .domain = options.domain == "reals" ? Domain::reals : Domain::bytes,
               .boxes = options.boxes};
  method.seconds = options.seconds.value_or(method.seconds);
  return method;
}

// Bounds say what each value of each pixel of a gray image does; of colours, what all of a pixel's together
// do, and the corners.
Exact certify(const ProofOptions&, const MethodTable::Shared& shared,
              std::shared_ptr<const ProvableNetwork> network) {
  const bool gray = network->bounds().image_shape()[2] == 1;
  Exact method{.network = std::move(network), .census = gray, .tau = shared.tau};
  if (!gray) method.boxes = 1;
  return method;
}

Exact line(const ProofOptions&, const MethodTable::Shared& shared,
           std::shared_ptr<const ProvableNetwork> network) {
  return {.network = std::move(network), .census = true, .tau = shared.tau, .domain = Domain::reals};
}

ChosenMethod decision(Exact method, const std::string& certificates, const AttackedNetwork& network) {
  if (!certificates.empty()) {
    require(method.pixels <= 2, "--certificates: show what one pixel or two can do, not ", method.pixels);
    Json of = {{"md5", network.md5}, {"settings", to_settings(network.itself().config())}};
    of["settings"]["winograd"] = winograd() ? "on" : "off";
    const auto path = std::filesystem::path(certificates) / network.name;
    method.keep_certificate = [of, path](const Certificate& certificate, const data::Images& image,
                                         Index index) {
      make_folder(path);
      write_certificate(path, certificate, of, image, index);
    };
  }
  if (method.pixels > 1 || method.network->bounds().image_shape()[2] > 1) {  // else no image takes long
    const auto images = std::make_shared<UnfinishedImages>(network.out / unfinished_images);
    method.kept_place = [images](Index index, Index place) { return images->kept(index, place); };
    method.keep_place = [images](Index index, Index place, const BoxSearch& found) {
      images->keep(index, place, found);
      require_not_interrupted("stopped within image ", index, ": go on with the same command and --resume");
    };
  }
  return chosen(method, network.model, settings_of(method));
}

// By bounds where they know the network. A black box is asked, and so is who reaches a target.
ChosenMethod exhaustive(const ProofOptions& options, const MethodTable::Shared& shared,
                        const AttackedNetwork& network) {
  const auto known = network.classifier == nullptr ? nullptr : provable_network(*network.classifier);
  if (known != nullptr && known->bounds().image_shape()[2] == 1 && !network.targeted)
    return decision({.network = known, .census = options.census, .goal = shared.goal(), .tau = shared.tau},
                    options.certificates, network);
  const Exhaustive method{.census = options.census, .goal = shared.goal(), .tau = shared.tau};
  return chosen(method, network.model, settings_of(method));
}

}  // namespace

void add_proof_methods(MethodTable& table) {
  const auto options = std::make_shared<ProofOptions>();  // shared by the methods, which the table holds
  const auto add = [&](const char* name, const char* about, auto make) {
    table.add(name, about, [=, &shared = table.shared()](const AttackedNetwork& network) {
      auto known = std::make_shared<const ProvableNetwork>(network.itself());
      ChosenMethod method =
          decision(make(*options, shared, std::move(known)), options->certificates, network);
      if (name != std::string("exact")) method.settings.erase("goal");  // they prove, whatever a search finds
      return method;
    });
  };
  add("exact", "whether any colour of any pixel flips the class, or how many do, by bounds of boxes of them",
      exact_search);
  table.add("exhaustive",
            "the same of every value of every pixel of a gray image, of a network that only answers, too",
            [=, &shared = table.shared()](const AttackedNetwork& network) {
              return exhaustive(*options, shared, network);
            });
  add("certify", "exact --census of gray images; of colours, what bounds of all at once say", certify);
  add("line", "exact --census --domain reals: every real value of every pixel of a gray image", line);

  table.flag({"exhaustive", "exact"}, "--census", options->census,
             "Count all flips of each image and draw where they are");
  table.option({"exact"}, "--domain", options->domain,
               "bytes, or reals: of gray images, every value between them, too",
               CLI::IsMember({"bytes", "reals"}));
  table.option({"exact"}, "--boxes", options->boxes, "That are bounded of one pixel, at most",
               number_from<Index>(1));
  table.option({"exact"}, "--seconds-per-image", options->seconds,
               "Then what is not yet decided stays open; default: no limit", positive_number());
  table
      .option({"exact", "exhaustive", "certify", "line"}, "--certificates", options->certificates,
              "A folder for what was shown of each image that is decided: for theory/check_certificate.py")
      ->type_name("FOLDER");
}

}  // namespace voronet
