#include "net/health/endpoint.h"

#include <httplib.h>

#include <thread>

namespace chancery::health {
namespace {

constexpr time_t kSeconds = 5;
constexpr size_t kThreads = 2, kRequestBytes = 4096;

class Http final : public Endpoint {
 public:
  Http(std::string host, Answers answers) : host_(std::move(host)), answers_(std::move(answers)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_read_timeout(kSeconds);
    server_.set_write_timeout(kSeconds);
    server_.set_keep_alive_timeout(kSeconds);
    server_.set_payload_max_length(kRequestBytes);
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      const absl::StatusOr<std::string> text = answers_.metrics();
      response.status = text.ok() ? 200 : 503;
      response.set_content(text.ok() ? *text : std::string(text.status().message()) + "\n", "text/plain; version=0.0.4");
    });
    server_.Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
      const absl::Status status = answers_.healthy();
      response.status = status.ok() ? 200 : 503;
      response.set_content(status.ok() ? "ok\n" : std::string(status.message()) + "\n", "text/plain");
    });
  }
  ~Http() override {
    if (!thread_.joinable()) return;
    while (!server_.is_running()) std::this_thread::yield();  // it cannot be stopped before it runs
    server_.stop();
    thread_.join();
  }

  bool Start(int port) {
    port_ = port == 0 ? server_.bind_to_any_port(host_) : server_.bind_to_port(host_, port) ? port : -1;
    if (port_ <= 0) return false;
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    return true;
  }
  std::string address() const override { return (host_ == "::1" ? "[::1]" : host_) + ":" + std::to_string(port_); }

 private:
  const std::string host_;
  const Answers answers_;
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Endpoint>> Endpoint::Open(const std::string& address, Answers answers) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host == "[::1]") host = "::1";
  if (host == "localhost") host = "127.0.0.1";
  auto http = std::make_unique<Http>(host, std::move(answers));
  if (!http->Start(std::atoi(address.c_str() + colon + 1)))
    return absl::UnavailableError(address + " cannot be listened on for metrics");
  return http;
}

}  // namespace chancery::health
