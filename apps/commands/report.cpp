// `voronet report`: training runs side by side, with their attacks: one table, and one page.
#include <voronet/apps/attack/folder.h>
#include <voronet/apps/attack/gallery.h>
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/run_folder.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/text/table.h>
#include <voronet/apps/train/run_page.h>
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>
#include <voronet/layers/classifier_config.h>

#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace voronet {
namespace {

constexpr Index pictures_a_run = 12;

struct Run {
  RunFolder folder;
  RunCurves curves;     // named in tables as in legends
  std::string trained;  // by whom and on what
  std::optional<AttackRecord> attack;
};

std::vector<Run> read_runs(const std::vector<std::string>& folders) {
  std::vector<Run> runs;
  for (const std::string& path : folders) {
    Run run{{path}, {}, {}, {}};
    Settings metadata = read_safetensors(run.folder.checkpoint()).metadata;
    run.curves.name = from_settings(metadata).head;
    for (const char* key : {"source", "data_md5", "test_md5", "program"}) metadata.emplace(key, "unknown");
    run.trained = text("on ", metadata["source"], " (md5 of its content ", metadata["data_md5"],
                       ", of tests ", metadata["test_md5"], ") by ", metadata["program"]);
    run.curves.metrics = read_csv(run.folder.metrics());
    const std::filesystem::path record = run.folder.attack() / "attack.json";
    if (std::filesystem::exists(record)) run.attack = read_attack_record(record);
    runs.push_back(std::move(run));
  }
  return runs;
}

// Heads name the runs; where several have the same head they are numbered in their order.
void name_apart(std::vector<Run>& runs) {
  std::map<std::string, int> count, number;
  for (const Run& run : runs) ++count[run.curves.name];
  for (Run& run : runs)
    if (count[run.curves.name] > 1) {
      const int n = ++number[run.curves.name];
      run.curves.name += text(" ", n);
    }
}

double last(const Csv& metrics, const char* column) {
  const std::vector<double> values = metrics.numbers(column);
  require(!values.empty(), "report: a run has no epoch yet");
  return values.back();
}

Cells header() {
  Cells columns{"head", "accuracy", "conf."}, attack = attack_columns();
  columns.insert(columns.end(), attack.begin(), attack.end());
  return columns;
}

Cells cells(const Run& run) {
  Cells row{run.curves.name, fixed(100 * last(run.curves.metrics, "test_accuracy"), 2) + " %",
            fixed(last(run.curves.metrics, "test_confidence"), 3)};
  const Cells attack = run.attack ? attack_cells(*run.attack) : Cells(attack_columns().size(), "-");
  row.insert(row.end(), attack.begin(), attack.end());
  return row;
}

std::string caption(const std::vector<Run>& runs) {
  std::set<std::string> attacks;
  for (const Run& run : runs)
    if (run.attack) attacks.insert(text(run.attack->run.rows.size()));
  const std::string clean = "Accuracy and mean confidence on the clean test images.";
  return attacks.empty() ? clean : clean + '\n' + attack_caption(listed(attacks));
}

std::string page_of(const std::vector<Run>& runs, const Rows& rows) {
  std::string body = html::table(header(), rows);
  body += html::quiet(caption(runs));
  std::vector<RunCurves> curves;
  for (const Run& run : runs) curves.push_back(run.curves);
  body += "<h2>Training</h2>\n" + training_plots(curves);
  for (const Run& run : runs) body += html::quiet(run.curves.name + " trained " + run.trained + '.');
  for (const Run& run : runs) {
    if (!run.attack) continue;
    body += "<h2>Attacked: " + html::escape(run.curves.name) + "</h2>\n" +
            html::quiet(run.attack->threat_model) + html::quiet(made_of(*run.attack)) +
            gallery(*run.attack, run.folder.attack(), pictures_a_run);
  }
  return html::page("Voronet: runs side by side", body);
}

void run_report(const std::vector<std::string>& folders, const std::string& out) {
  std::vector<Run> runs = read_runs(folders);
  name_apart(runs);
  Rows rows;
  for (const Run& run : runs) rows.push_back(cells(run));
  write_file(out, page_of(runs, rows));
  std::cout << text_table(header(), rows) << '\n' << caption(runs) << std::endl;
}

}  // namespace

void add_report(CLI::App& program, const CommonOptions&) {
  struct ReportOptions {
    std::vector<std::string> runs;
    std::string out = "report.html";
  };
  const auto options = std::make_shared<ReportOptions>();
  auto* command = program.add_subcommand("report", "Compare runs and their attacks: a table and a page");
  command
      ->add_option("run", options->runs, "Folders of `voronet train`; each may hold an attack in RUN/attack")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--out", options->out, "The page to write");
  command->callback([=] { run_report(options->runs, options->out); });
}

}  // namespace voronet
