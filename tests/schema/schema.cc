#include "tests/schema/schema.h"

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace chancery {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

// nullptr where there is none.
const valijson::Schema* SchemaOf(const std::string& key) {
  static std::map<std::string, std::unique_ptr<valijson::Schema>> schemas;
  const auto known = schemas.find(key);
  if (known != schemas.end()) return known->second.get();
  std::ifstream file(std::string(CHANCERY_SOURCE_DIR) + "/docs/reference/schema/" + key + ".schema.json");
  std::unique_ptr<valijson::Schema> schema;
  if (file) {
    const nlohmann::json json = nlohmann::json::parse(file);
    schema = std::make_unique<valijson::Schema>();
    valijson::SchemaParser().populateSchema(Adapter(json), *schema);
  }
  return (schemas[key] = std::move(schema)).get();
}

}  // namespace

std::string FirstKey(std::string_view line) {
  const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
  return json.is_object() && !json.empty() ? json.begin().key() : "";
}

std::string CheckLine(std::string_view line) {
  const std::string key = FirstKey(line);
  if (key.empty()) return "no JSON object: " + std::string(line);
  const valijson::Schema* schema = SchemaOf(key);
  if (schema == nullptr) return "there is no docs/reference/schema/" + key + ".schema.json for " + std::string(line);
  const nlohmann::json json = nlohmann::json::parse(line);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(*schema, Adapter(json), &results)) return "";
  std::ostringstream words;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& step : error.context) words << step;
    words << ": " << error.description << "\n";
  }
  return words.str() + std::string(line);
}

}  // namespace chancery
