/*
 * The limit: a client in C, on OpenSSL, that does nothing else.
 *
 *   openssl-client plaintext|full|resumed HOST PORT THREADS MILLISECONDS CA CERTIFICATE KEY
 *
 * connects again and again from each thread, until the time is over: TCP, a TLS 1.3 handshake with the client's
 * certificate, in which the server's chain and name are verified, PING, close. With "full" each handshake is a full one,
 * with "resumed" it takes the newest ticket that its thread was given. One TLS context for each thread is made before
 * the clocks start.
 *
 * Writes one line: connections, CPU time of this process in microseconds, time passed in microseconds, and handshakes
 * that resumed.
 */
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char PING[] = "PING\r\n";
static const char PONG[] = "+PONG\r\n";

static int plaintext, resume;
static const char *host, *anchors, *certificate, *key;
static struct sockaddr_storage address;
static socklen_t address_length;
static long long end;

struct worker {
  pthread_t thread;
  SSL_CTX *context;
  SSL_SESSION *ticket;
  long connections, resumed;
};

static void fail(const char *what) {
  fprintf(stderr, "openssl-client: %s\n", what);
  perror("openssl-client");
  ERR_print_errors_fp(stderr);
  exit(1);
}

static long long micros(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int keep(SSL *ssl, SSL_SESSION *ticket) {
  struct worker *worker = SSL_get_app_data(ssl);
  SSL_SESSION_free(worker->ticket);
  worker->ticket = ticket;
  return 1;
}

static SSL_CTX *context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (context == NULL || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) ||
      !SSL_CTX_load_verify_locations(context, anchors, NULL) ||
      SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
    fail("expected the files of a CA, a certificate and its key");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (resume) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
  }
  return context;
}

static int dial(void) {
  int on = 1, connection = socket(address.ss_family, SOCK_STREAM, 0);
  if (connection < 0 || connect(connection, (struct sockaddr *)&address, address_length) != 0 ||
      setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
    fail("cannot connect");
  return connection;
}

static void over_plaintext(int connection) {
  char answer[sizeof PONG];
  size_t length = 0;
  if (write(connection, PING, sizeof PING - 1) != sizeof PING - 1)
    fail("cannot write");
  while (length < sizeof PONG - 1) {
    ssize_t count = read(connection, answer + length, sizeof PONG - 1 - length);
    if (count <= 0)
      fail("no answer");
    length += count;
  }
  if (memcmp(answer, PONG, length) != 0)
    fail("expected PONG");
}

static void over_tls(struct worker *worker, int connection) {
  char answer[sizeof PONG];
  size_t length = 0;
  SSL *ssl = SSL_new(worker->context);
  if (ssl == NULL || !SSL_set_fd(ssl, connection) || !SSL_set1_host(ssl, host) ||
      !SSL_set_tlsext_host_name(ssl, host))
    fail("cannot prepare a handshake");
  SSL_set_app_data(ssl, worker);
  if (worker->ticket != NULL) {
    SSL_set_session(ssl, worker->ticket);
    SSL_SESSION_free(worker->ticket);
    worker->ticket = NULL;
  }
  if (SSL_connect(ssl) != 1)
    fail("the handshake has failed");
  worker->resumed += SSL_session_reused(ssl);
  if (SSL_write(ssl, PING, sizeof PING - 1) <= 0)
    fail("cannot write");
  while (length < sizeof PONG - 1) {
    int count = SSL_read(ssl, answer + length, sizeof PONG - 1 - length);
    if (count <= 0)
      fail("no answer");
    length += count;
  }
  if (memcmp(answer, PONG, length) != 0)
    fail("expected PONG");
  SSL_shutdown(ssl);
  SSL_free(ssl);
}

static void *work(void *argument) {
  struct worker *worker = argument;
  while (micros(CLOCK_MONOTONIC) < end) {
    int connection = dial();
    if (plaintext)
      over_plaintext(connection);
    else
      over_tls(worker, connection);
    close(connection);
    worker->connections++;
  }
  return NULL;
}

/* The first address of the host that takes a connection. */
static void resolve(const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all, *one;
  if (getaddrinfo(host, port, &hints, &all) != 0)
    fail("the host has no address");
  for (one = all; one != NULL; one = one->ai_next) {
    int connection = socket(one->ai_family, SOCK_STREAM, 0);
    if (connection >= 0 && connect(connection, one->ai_addr, one->ai_addrlen) == 0) {
      memcpy(&address, one->ai_addr, one->ai_addrlen);
      address_length = one->ai_addrlen;
      close(connection);
      freeaddrinfo(all);
      return;
    }
    if (connection >= 0)
      close(connection);
  }
  fail("cannot connect");
}

int main(int count, char **arguments) {
  if (count != 9) {
    fprintf(stderr, "usage: openssl-client plaintext|full|resumed HOST PORT THREADS MILLISECONDS CA CERTIFICATE KEY\n");
    return 2;
  }
  plaintext = strcmp(arguments[1], "plaintext") == 0;
  resume = strcmp(arguments[1], "resumed") == 0;
  host = arguments[2];
  anchors = arguments[6];
  certificate = arguments[7];
  key = arguments[8];
  signal(SIGPIPE, SIG_IGN);
  resolve(arguments[3]);
  int threads = atoi(arguments[4]);
  struct worker *workers = calloc(threads, sizeof *workers);
  if (workers == NULL)
    fail("no memory");
  for (int i = 0; i < threads; i++)
    workers[i].context = plaintext ? NULL : context();

  long long begun = micros(CLOCK_MONOTONIC), cpu = micros(CLOCK_PROCESS_CPUTIME_ID);
  end = begun + atoll(arguments[5]) * 1000;
  long connections = 0, resumed = 0;
  for (int i = 0; i < threads; i++)
    if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
      fail("no thread");
  for (int i = 0; i < threads; i++) {
    pthread_join(workers[i].thread, NULL);
    connections += workers[i].connections;
    resumed += workers[i].resumed;
  }
  printf("%ld %lld %lld %ld\n", connections, micros(CLOCK_PROCESS_CPUTIME_ID) - cpu, micros(CLOCK_MONOTONIC) - begun,
         resumed);
  return 0;
}
