#include <voronet/core/csv.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a table is read back as it was written, whatever its fields hold") {
  const Csv table{{"name", "with, comma"}, {{"a \"quoted\" word", ""}, {"two\nlines", "carriage\rreturn"}}};
  const Csv back = parse_csv(to_text(table));
  CHECK(back.columns == table.columns);
  CHECK(back.rows == table.rows);
}

TEST_CASE("lines may end as on other systems, and the last without a break") {
  const Csv table = parse_csv("a,b\r\n1,2\r\n3,4");
  CHECK(table.rows == std::vector<std::vector<std::string>>{{"1", "2"}, {"3", "4"}});
  CHECK(parse_csv("a,b\n1,2\n3,4\n\n\r\n").rows == table.rows);  // nor do empty lines at the end count
  CHECK(parse_csv("a\n1\n\n").rows.size() == 2);                 // but in a single column
  CHECK(parse_csv("\xEF\xBB\xBF"
                  "a,b\n")
            .columns.front() == "a");
}

TEST_CASE("a column is read as numbers, an empty field as NaN") {
  const Csv table = parse_csv("epoch,loss\n1,0.25\n2,\n3,1e-3\n");
  CHECK(table.numbers("epoch") == std::vector<double>{1, 2, 3});
  const std::vector<double> loss = table.numbers("loss");
  CHECK(loss[0] == 0.25);
  CHECK(std::isnan(loss[1]));
  CHECK(loss[2] == 1e-3);
}

TEST_CASE("a broken table says what is wrong") {
  CHECK_THROWS_WITH_AS(parse_csv(""), "csv: empty, there is not even a header", Error);
  CHECK_THROWS_WITH_AS(parse_csv("a,b\n1\n"), "csv: line 2 has 1 fields, the first 2", Error);
  CHECK_THROWS_WITH_AS(parse_csv("a\n\"x\n"), "csv: a quote never closes", Error);
  CHECK_THROWS_WITH_AS(parse_csv("a\nx\n").numbers("a"), "csv: \"x\" is not a number", Error);
  CHECK_THROWS_WITH_AS(parse_csv("a\n1x\n").numbers("a"), "csv: \"1x\" is not a number", Error);
  CHECK_THROWS_WITH_AS(parse_csv("a\n1\n").numbers("b"), "csv: there is no column b", Error);
}

TEST_CASE("a table from a file names the file in its errors") {
  const TemporaryFolder folder;
  write_file(folder / "t.csv", "a,b\n1\n");
  CHECK_THROWS_WITH_AS(read_csv(folder / "t.csv"),
                       ((folder / "t.csv").string() + ": csv: line 2 has 1 fields, the first 2").c_str(),
                       Error);
  CHECK_THROWS_AS(read_csv(folder / "absent.csv"), Error);
}

TEST_CASE("a row is made of values of any kind: all digits of numbers, nothing for what is not there") {
  CHECK(csv_row(1.0 / 3, 2, true, "a", std::string("b"), std::optional<double>(), std::optional<int>(7)) ==
        std::vector<std::string>{"0.3333333333333333", "2", "1", "a", "b", "", "7"});
}
