# A part of Vault Agent's configuration; auto_auth and vault stand elsewhere in it.
# The role's path and the name of the user are yours to change: pki/issue/valkey-server, valkey.
template {
  # pkiCert asks for a new certificate only when the old one has lived most of its time
  contents = <<-EOT
{{ with pkiCert "pki/issue/valkey-server" @names@ }}
{{ .Key | writeToFile "@key@" "valkey" "valkey" "0600" }}
{{ .CA | writeToFile "@ca@" "valkey" "valkey" "0644" }}
{{ .Cert }}
{{ range .CAChain }}{{ . }}
{{ end }}{{ end }}
EOT
  destination = "@certificate@"
  user        = "valkey"
  group       = "valkey"
  perms       = "0644"
  # the server proves the pair before it takes it, and keeps the old one otherwise
  exec {
    command = @reload@
    timeout = "30s"
  }
}
