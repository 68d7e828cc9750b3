#include <voronet/apps/attack/gallery.h>
#include <voronet/apps/attack/pictures.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/file.h>
#include <voronet/data/png.h>

#include <algorithm>

namespace voronet {
namespace {

namespace fs = std::filesystem;
using html::escape;

constexpr Index page_limit = 100;  // flips in one attack's page

const std::string& name_of(const AttackRecord& record, int label) { return record.class_names.at(label); }

// The confidences of the true and of the new class, as bars.
std::string bars(const AttackRecord& record, const AttackRow& row, const std::vector<double>& confidences) {
  std::string out;
  for (const int label : {row.label, row.predicted}) {
    const double confidence = confidences.at(label);
    out += text("<div class=\"bar\"><span>", escape(name_of(record, label)),
                "</span><i><b style=\"width:", fixed(100 * std::clamp(confidence, 0.0, 1.0), 1),
                "%\"></b></i><span>", fixed(confidence, 3), "</span></div>\n");
  }
  return out;
}

// A frame around each changed pixel, placed in parts of the picture so that it fits every magnification.
std::string marks(const AttackRow& row, const data::Images& image) {
  std::string out;
  const double width = 100.0 / static_cast<double>(image.width),
               height = 100.0 / static_cast<double>(image.height);
  for (const PixelChange& change : row.pixels)
    out += text("<span class=\"changed\" style=\"left:", static_cast<double>(change.column) * width,
                "%;top:", static_cast<double>(change.row) * height, "%;width:", width, "%;height:", height,
                "%\"></span>");
  return out;
}

std::string figure(const fs::path& file, const std::string& alternative, const std::string& marked,
                   const std::string& caption) {
  return "<figure><div class=\"picture\"><img alt=\"" + escape(alternative) + "\" src=\"" +
         html::png_address(read_file(file)) + "\">" + marked + "</div><figcaption>" + caption +
         "</figcaption></figure>\n";
}

// "row 3, column 4: 0 to 255", or the norms of a change of all values.
std::string changes_of(const AttackRow& row) {
  if (row.perturbation) {
    const Perturbation& change = *row.perturbation;
    return text("Linf ", fixed(change.linf, 3), ", L2 ", fixed(change.l2, 3), ", L1 ", fixed(change.l1, 2),
                ", ", thousands(change.l0), change.l0 == 1 ? " value" : " values");
  }
  std::string changes;
  for (const PixelChange& change : row.pixels) {
    changes += text(changes.empty() ? "" : "; ", "row ", change.row, ", column ", change.column, ":");
    for (const std::uint8_t value : change.before) changes += text(' ', static_cast<int>(value));
    changes += " to";
    for (const std::uint8_t value : change.after) changes += text(' ', static_cast<int>(value));
  }
  return changes;
}

std::string card(const AttackRecord& record, const AttackRow& row, const fs::path& folder) {
  const std::string &label = name_of(record, row.label), &predicted = name_of(record, row.predicted);
  const std::string changes = changes_of(row);
  std::string out =
      text("<div class=\"card\"><h3>Image ", row.index, ": ", escape(label), " &rarr; ", escape(predicted),
           row.confident_flip() ? "" : " <span class=\"quiet\">(not confident)</span>",
           "</h3>\n<div class=\"pair\">\n");
  out += figure(picture(folder, row, "before"), text("before: ", label), "",
                "Before" + bars(record, row, row.confidences_before));
  const fs::path after = picture(folder, row, "after");
  out += figure(after, text("after: ", predicted, ", changed by ", changes),
                marks(row, data::read_png(after)), "After" + bars(record, row, row.confidences_after));
  if (row.perturbation)
    out += figure(picture(folder, row, "change"), "the change, magnified", "",
                  text("The change, magnified: ", fixed(row.perturbation->linf, 3), " is black or white"));
  if (row.census)
    out += figure(picture(folder, row, "census"), "heat map of the pixels that flip the class", "",
                  text(thousands(row.census->adversarial()), " changes of one pixel flip it, ",
                       thousands(row.census->adversarial_confident()),
                       " with confidence: red where few values do, yellow where all"));
  return out + text("</div><p class=\"quiet\">", changes, ", after ", thousands(row.first_flip),
                    " queries</p></div>\n");
}

std::string withstood(const AttackRecord& record) {
  std::string images;
  for (const AttackRow& row : record.run.rows)
    if (!row.flip() && (!row.proof || row.proof->certified)) {
      images += text(images.empty() ? "" : ", ", row.index);
      if (row.target) images += " (to " + name_of(record, *row.target) + ")";
    }
  return images.empty() ? "" : "<h2>Withstood</h2>\n<p>Images " + escape(images) + ".</p>\n";
}

// What a proof says of one image, beside its heat map.
std::string proof_of(const AttackRow& row) {
  const Proof& proof = *row.proof;
  std::string out = text("Image ", row.index, ": ",
                         proof.certified             ? "certified"
                         : proof.certified_confident ? "certified against confident flips"
                         : row.flip()                ? "flips"
                                                     : "not certified",
                         "; ", proof.pruned, " pixels ruled out by bounds, ", proof.open.size(), " not");
  if (const auto& flip = proof.real_flip)
    out += text("; flips at row ", flip->row, ", column ", flip->column, ", value ", fixed(flip->value, 4),
                row.flip() ? "" : ", and at no 8-bit value");
  return out;
}

std::string proofs(const AttackRecord& record, const fs::path& folder) {
  constexpr Index limit = 24;
  std::string out =
      "<h2>Proofs</h2>\n<p>Blue: pixels that bounds over all their values leave open. Red to yellow: those "
      "of which real values are proven to flip the class.</p>\n<div class=\"gallery\">\n";
  const Index shown = std::min(limit, std::ssize(record.run.rows));
  for (const AttackRow& row : std::span(record.run.rows).first(shown))
    out += "<div class=\"card\"><div class=\"pair\">\n" +
           figure(picture(folder, row, "proof"), "pixels that bounds leave open", "", proof_of(row)) +
           "</div></div>\n";
  return out + "</div>\n";
}

// Nothing is known to flip it, but not every change is decided (in rows of older programs, tried).
bool undecided(const AttackRow& row) {
  if (!row.proof || row.flip()) return false;
  return row.proof->search ? row.proof->search->undecided > 0 : !row.proof->certified && !row.census;
}

}  // namespace

std::string interval(const SuccessRate& rate) {
  return text(rate.count, " (", fixed(100 * rate.interval.low, 1), "-", fixed(100 * rate.interval.high, 1),
              " %)");
}

std::string robust(const std::optional<SuccessRate>& rate) {
  return rate ? text(fixed(100 * rate->share(), 1), " % of ", thousands(rate->of)) : "-";
}

Cells attack_columns() { return {"flips (95 %)", "confident flips", "robust", "queries"}; }

Cells attack_cells(const AttackRecord& record) {
  const AttackSummary summary = summarise(record.run, record.tau);
  const bool known = std::ranges::none_of(record.run.rows, undecided);
  return {known ? interval(summary.flips) : "-", known ? interval(summary.confident_flips) : "-",
          known && summary.robust_accuracy ? percent(summary.robust_accuracy->share()) : "-",
          thousands(static_cast<Index>(summary.median_queries))};
}

std::string attack_caption(const std::string& attacks) {
  return "Flips of " + attacks +
         " attacks with 95 % intervals; robust: classified correctly and not\nflipped, of all images in "
         "their "
         "range; queries: the median attack's.";
}

std::string proof_caption(const AttackRecord& record) {
  const AttackSummary summary = summarise(record.run, record.tau);
  if (!summary.certified) return "";
  const Index real_only = std::ranges::count_if(
      record.run.rows, [](const AttackRow& row) { return !row.flip() && row.proof->real_flip; });
  return text("Certified: ", interval(*summary.certified), " of ", summary.attacked,
              "; against confident flips: ", interval(*summary.certified_confident), " of ",
              summary.certified_confident->of, "; certified accuracy ", robust(summary.certified_accuracy),
              ". Flipped by a real value alone: ", real_only, ".");
}

std::string made_of(const AttackRecord& record) {
  const auto setting = [&](const char* key) {
    return record.settings.contains(key) ? record.settings[key].get<std::string>() : "unknown";
  };
  return text("Data ", setting("data"), " (", setting("split"), ", md5 of its content ", setting("data_md5"),
              "); md5 of the network ", setting("network_md5"), "; rows by ", setting("program"), ".");
}

std::string gallery(const AttackRecord& record, const fs::path& folder, Index limit) {
  std::string out = "<div class=\"gallery\">\n";
  for (const AttackRow& row : record.run.rows)
    if (row.flip() && limit-- > 0) out += card(record, row, folder);
  return out + "</div>\n";
}

std::string attack_page(const AttackRecord& record, const fs::path& folder) {
  const Index flips = summarise(record.run, record.tau).flips.count;
  Cells header = attack_columns(), cells = attack_cells(record);
  header.insert(header.begin(), "head");
  cells.insert(cells.begin(), record.head);
  std::string body = html::table(header, {cells});
  body += html::quiet(attack_caption(text(record.run.rows.size())));
  const std::string proven = proof_caption(record);
  if (!proven.empty()) body += "<p>" + proven + "</p>\n";
  body += "<p>" + escape(record.threat_model) + "</p>\n" + html::quiet(made_of(record)) + "<h2>Flips</h2>\n";
  if (flips > page_limit) body += text("<p>The first ", page_limit, " of ", flips, ".</p>\n");
  body += flips == 0 ? "<p>None.</p>\n" : gallery(record, folder, page_limit);
  return html::page("Attack on a " + record.head + " network",
                    body + (proven.empty() ? "" : proofs(record, folder)) + withstood(record));
}

}  // namespace voronet
