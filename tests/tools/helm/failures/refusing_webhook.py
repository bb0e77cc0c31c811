"""A webhook that refuses all; given its certificate and key, it prints its port."""

import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Refusing(BaseHTTPRequestHandler):
    """Answers each AdmissionReview with no."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = {
            "uid": asked["request"]["uid"],
            "allowed": False,
            "status": {"message": "no owner"},
        }
        kind = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
        body = json.dumps({**kind, "response": said}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name above
        """Say nothing."""


def main(certificate: str, key: str) -> None:
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
