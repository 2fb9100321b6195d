// `lockdep mm explore`: scenarios in every order of steps, or in many.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lockdep/cli/command.h"
#include "lockdep/cli/progress.h"
#include "lockdep/cli/recording_directory.h"
#include "lockdep/cli/usage.h"
#include "lockdep/report/load.h"
#include "lockdep/report/render.h"
#include "mm_model/cli/explanation_output.h"
#include "mm_model/cli/interrupt.h"
#include "mm_model/cli/order_choice.h"
#include "mm_model/cli/outputs.h"
#include "mm_model/cli/scenario_choice.h"
#include "mm_model/cli/subcommand.h"
#include "mm_model/explore/explorer.h"
#include "mm_model/explore/story.h"
#include "mm_model/recorded_session.h"

namespace mm_model {
namespace {

namespace cli = lockdep::cli;
namespace report = lockdep::report;

constexpr char kFooter[] =
    R"(The tasks of all SCENARIOs share one address space.  What goes wrong is shown with
the shortest schedule that was found to show it, step by step, one column a task.

Strategies:
  dfs     every order of steps that can matter, until all were run (--no-reduction:
          every order at all); prove it clean
  pct     random priorities with few changes; finds rare orders soonest
  random  any task that can go on, each with the same probability

Exit codes:
  0  nothing went wrong in what was run
  1  something did
  2  wrong usage, or a schedule of another scenario or version

Examples:
  lockdep mm explore fault-under-vma-lock munmap
  lockdep mm explore mmap-lock-under-vma-read --strategy pct --max-executions 1000
  lockdep mm explore --replay mm1:mmap-lock-under-vma-read:refcount:a4.b9:1f0c5c1e)";

std::string ProgressText(const Coverage& coverage) {
  const uint64_t executions = coverage.executions + coverage.cut;
  return absl::StrFormat("%d executions, %.0f a second, %d steps deep, %d open", executions,
                         static_cast<double>(executions) / coverage.seconds, coverage.longest,
                         coverage.open_choices);
}

const char* Meaning(const Exploration& exploration, StrategyKind strategy) {
  switch (exploration.ending) {
    case Ending::kExhausted:
      return exploration.over_the_step_limit == 0
                 ? "exhausted: every order of steps that can matter was run"
                 : "not exhausted: some executions were ended for their length";
    case Ending::kLimit:
      return strategy == StrategyKind::kDfs ? "not exhausted: a limit was reached" : "sampled";
    case Ending::kFound:
      return "ended with the first that went wrong";
    case Ending::kStopped:
      return "interrupted: what was run until then is covered, nothing else";
  }
  return "";
}

std::string SummaryText(const Exploration& exploration, StrategyKind strategy) {
  const Coverage& coverage = exploration.coverage;
  std::string text =
      absl::StrFormat("%d executions, %d of them left early, %d steps, %.2f s; %s",
                      coverage.executions + coverage.cut, coverage.cut, coverage.steps,
                      coverage.seconds, Meaning(exploration, strategy));
  if (exploration.ending != Ending::kExhausted && strategy == StrategyKind::kDfs) {
    absl::StrAppend(&text, " (", coverage.open_choices,
                    " states of the last path have more to try)");
  }
  return text + "\n";
}

std::string ToText(const Discovery& discovery, const Story& story) {
  std::string text =
      absl::StrCat("\n", ToString(discovery.finding.kind), ": ", discovery.finding.subject, "\n");
  if (!discovery.schedule.has_value()) {
    return text + "  shown by several executions together; see both sides in the report\n";
  }
  return absl::StrCat(text, "  schedule: ", ToString(*discovery.schedule), "\n",
                      RenderStory(story, discovery.finding));
}

nlohmann::ordered_json ToJson(const Discovery& discovery, const Story& story) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const StoryLine& line : story.lines) {
    steps.push_back(
        {{"step", line.first_step}, {"task", story.tasks[line.task]}, {"does", line.text}});
  }
  const bool replays = discovery.schedule.has_value();
  return {{"kind", ToString(discovery.finding.kind)},
          {"subject", discovery.finding.subject},
          {"schedule", replays ? nlohmann::ordered_json(ToString(*discovery.schedule)) : nullptr},
          {"story", std::move(steps)}};
}

class ExploreCommand final : public Subcommand {
 public:
  void Configure(CLI::App& mm) override;
  bool selected() const override { return app_->parsed(); }
  int Run() override;

 private:
  void ConfigureStrategy();
  std::string ReadOptions();
  std::string ReadReplay();
  std::string CommandLine() const;
  int Explore(RecordedSession& session, const Program& program);
  int ReplayGiven(RecordedSession& session, const Program& program);
  std::string Tell(const Exploration& exploration, const Program& program,
                   lockdep::DeclaredOrder order) const;
  int Report(RecordedSession& session, const Program& program, const Exploration& exploration);

  CLI::App* app_ = nullptr;
  std::vector<std::string> names_;
  std::string strategy_ = "dfs";
  std::string replay_;
  bool explain_ = false;
  std::string mutation_;
  std::string vma_lock_ = "refcount";
  bool no_reduction_ = false;
  bool json_ = false;
  ExploreOptions options_;
  std::optional<Schedule> schedule_;
  std::vector<ExplainedStep> explained_;  // Of --replay with --explain.
  std::vector<Finding> found_;            // Of --replay.
  OrderChoice orders_;
  Outputs outputs_;
};

void ExploreCommand::Configure(CLI::App& mm) {
  app_ = mm.add_subcommand("explore", "Run scenarios together in every order of steps");
  cli::SetUsage(*app_, "lockdep mm explore [OPTIONS] SCENARIO...");
  app_->footer(kFooter);
  app_->add_option("SCENARIO", names_, "Scenarios by name; their tasks run together")
      ->type_name("");
  ConfigureStrategy();
  app_->add_option("--replay", replay_, "Run this schedule and tell its story")->type_name("STR");
  app_->add_flag("--explain", explain_, "With --replay: each step with locks and rules");
  app_->add_option("--vma-lock", vma_lock_, "refcount (6.15 on) or semaphore (6.4 to 6.14)")
      ->type_name("KIND");
  app_->add_option("--mutate", mutation_,
                   "Do something wrong: \"drop vma_start_write\", weaken, delay, wait; #N, @TASK")
      ->type_name("WHAT");
  app_->add_flag("--stop-at-first", options_.stop_at_first, "End with the first that goes wrong");
  outputs_.Configure(*app_);
  app_->add_flag("--json", json_, "Coverage, schedules, stories and the report as JSON");
  orders_.Configure(*app_);
}

void ExploreCommand::ConfigureStrategy() {
  app_->add_option("--strategy", strategy_, "dfs, pct or random")->type_name("NAME");
  app_->add_option("--seed", options_.seed, "Of pct and random")->type_name("N")->check(CheckCount);
  app_->add_option("--depth", options_.depth, "Of pct: changes of priority, plus one")
      ->type_name("N")
      ->check(CLI::Range(1, 64));
  app_->add_option("--max-executions", options_.limits.max_executions,
                   "At most so many executions; 0: no limit")
      ->type_name("N")
      ->check(CheckCount)
      ->capture_default_str();
  app_->add_option("--max-time", options_.limits.max_seconds, "At most so many seconds")
      ->type_name("S")
      ->check(CheckSeconds);
  app_->add_option("--max-steps", options_.limits.max_steps, "Of one execution")
      ->type_name("N")
      ->check(CheckCount)
      ->capture_default_str();
  app_->add_flag("--no-reduction", no_reduction_, "dfs: every order, even if it cannot matter");
}

// Returns what is wrong with the options, or nothing.
std::string ExploreCommand::ReadOptions() {
  bool known = false;
  for (const auto kind : {StrategyKind::kDfs, StrategyKind::kPct, StrategyKind::kRandom}) {
    if (strategy_ != ToString(kind)) continue;
    options_.strategy = kind;
    known = true;
  }
  if (!known) return absl::StrCat("--strategy ", strategy_, ": say dfs, pct or random");
  if (!ParseGeneration(vma_lock_, &options_.generation)) {
    return absl::StrCat("--vma-lock ", vma_lock_, ": say refcount or semaphore");
  }
  if (no_reduction_) options_.reduction = Reduction::kNone;
  if (!mutation_.empty()) {
    const auto spec = ParseMutation(mutation_);
    if (!spec.ok()) return std::string(spec.status().message());
    options_.mutation = *spec;
  }
  if (!replay_.empty()) return ReadReplay();
  return explain_ ? "--explain goes with --replay; of one run, see 'lockdep mm run --explain'" : "";
}

std::string ExploreCommand::ReadReplay() {
  auto schedule = ParseSchedule(replay_);
  if (!schedule.ok()) return std::string(schedule.status().message());
  schedule_ = *std::move(schedule);
  options_.generation = schedule_->generation;
  const std::string given = absl::StrJoin(names_, "+");
  if (!names_.empty() && given != schedule_->subject) {
    return absl::StrCat("the schedule is one of ", schedule_->subject, ", not of ", given,
                        "; leave the scenarios out");
  }
  names_ = absl::StrSplit(schedule_->subject, '+');
  return "";
}

std::string ExploreCommand::CommandLine() const {
  return absl::StrCat("lockdep mm explore ", absl::StrJoin(names_, " "), " --strategy ", strategy_,
                      mutation_.empty() ? "" : absl::StrCat(" --mutate '", mutation_, "'"),
                      orders_.ToText());
}

int ExploreCommand::Run() {
  const std::string wrong = ReadOptions();
  if (!wrong.empty()) return cli::UsageError(wrong);
  if (names_.empty()) return cli::UsageError("SCENARIO is required; see 'lockdep mm list'");
  const auto scenarios = ScenariosNamed(names_);
  if (!scenarios.ok()) return cli::UsageError(std::string(scenarios.status().message()));
  const Program program = ProgramOf(*scenarios);
  if (program.parts.size() > kMaxTasks) {
    return cli::UsageError(absl::StrCat("these are ", program.parts.size(), " tasks; at most ",
                                        kMaxTasks, " run together"));
  }
  const absl::Status writable = outputs_.Check();
  if (!writable.ok()) return cli::UsageError(std::string(writable.message()));
  const auto directory = cli::RecordingDirectory::Create();
  if (!directory.ok()) return cli::UsageError(std::string(directory.status().message()));
  const auto session = RecordedSession::Open({.orders = orders_.orders(),
                                              .command = CommandLine(),
                                              .path = (*directory)->path() + "/mm.lockdep"});
  if (!session.ok()) return cli::UsageError(std::string(session.status().message()));
  return schedule_.has_value() ? ReplayGiven(**session, program) : Explore(**session, program);
}

int ExploreCommand::Explore(RecordedSession& session, const Program& program) {
  Explorer explorer(session.runner(), session.log(), session.declared_order());
  cli::Progress progress;
  explorer.on_progress = [&progress](const Coverage& coverage) {
    if (progress.Due()) progress.Show(ProgressText(coverage));
    return !WasInterrupted();
  };
  NoteInterrupts();
  const Exploration exploration = explorer.Explore(program, options_);
  progress.Clear();
  return Report(session, program, exploration);
}

int ExploreCommand::ReplayGiven(RecordedSession& session, const Program& program) {
  Replay replay(schedule_->stretches);
  StepCheckSum sum;
  Explainer explainer(&sum);
  Exploration exploration;
  session.log().steps = [&session] { return session.runner().choices().size(); };
  const ExecutionResult result = session.runner().Run(
      program, replay,
      {.generation = options_.generation, .mutation = options_.mutation, .observer = &explainer});
  if (sum.value() != schedule_->check_sum) {
    return cli::UsageError(
        absl::StrCat("the schedule leads elsewhere: it was made by another version of the model",
                     mutation_.empty() ? ", or with --mutate" : ""));
  }
  exploration.coverage = {.executions = 1, .steps = result.steps};
  exploration.ending = Ending::kStopped;
  if (explain_) explained_ = explainer.TakeSteps();
  found_ = session.log().findings();
  for (const Finding& finding : found_) {
    exploration.discoveries.push_back({finding, *schedule_});
  }
  return Report(session, program, exploration);
}

std::string ExploreCommand::Tell(const Exploration& exploration, const Program& program,
                                 lockdep::DeclaredOrder order) const {
  std::string text = explained_.empty() ? "" : "\n" + ExplanationText(explained_, found_);
  for (const Discovery& discovery : exploration.discoveries) {
    const Story story = discovery.schedule.has_value()
                            ? TellStory(program, options_, *discovery.schedule, order)
                            : Story();
    text += ToText(discovery, story);
  }
  return text + "\n" +
         (schedule_.has_value() ? absl::StrCat("replayed, ", exploration.coverage.steps, " steps\n")
                                : SummaryText(exploration, options_.strategy));
}

int ExploreCommand::Report(RecordedSession& session, const Program& program,
                           const Exploration& exploration) {
  const absl::Status finished = session.Finish();
  if (!finished.ok()) return cli::UsageError(std::string(finished.message()));
  const auto loaded = report::LoadInputs({session.path()});
  if (!loaded.ok()) return cli::UsageError(std::string(loaded.status().message()));
  for (const std::string& warning : loaded->warnings) cli::Say(warning);
  if (json_) {
    nlohmann::ordered_json discoveries = nlohmann::ordered_json::array();
    for (const Discovery& discovery : exploration.discoveries) {
      const Story story =
          discovery.schedule.has_value()
              ? TellStory(program, options_, *discovery.schedule, session.declared_order())
              : Story();
      discoveries.push_back(ToJson(discovery, story));
    }
    const Coverage& coverage = exploration.coverage;
    nlohmann::ordered_json all = {
        {"schema", "lockdep-mm-exploration"},
        {"version", 1},
        {"program", program.name},
        {"strategy", schedule_.has_value() ? "replay" : strategy_},
        {"executions", coverage.executions},
        {"left_early", coverage.cut},
        {"steps", coverage.steps},
        {"longest", coverage.longest},
        {"seconds", coverage.seconds},
        {"exhausted", !schedule_.has_value() && exploration.ending == Ending::kExhausted &&
                          exploration.over_the_step_limit == 0},
        {"discoveries", std::move(discoveries)},
        {"report", nlohmann::ordered_json::parse(report::RenderJson(loaded->report))}};
    if (explain_) all["explanation"] = ExplanationJson(explained_, found_);
    Print(all.dump(2) + "\n");
  } else {
    Print(report::RenderText(loaded->report, {}) +
          Tell(exploration, program, session.declared_order()));
  }
  if (!outputs_.Write(loaded->report, session.path(), options_.generation)) return cli::kExitUsage;
  const bool clean = exploration.discoveries.empty() && !HasFindings(loaded->report);
  return clean ? cli::kExitOk : cli::kExitFindings;
}

}  // namespace

std::unique_ptr<Subcommand> MakeExplore() { return std::make_unique<ExploreCommand>(); }

}  // namespace mm_model
