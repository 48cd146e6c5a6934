using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>What is well-formed but makes no sense: each validator's errors, with their places.</summary>
public sealed class ValidationTests
{
    private static readonly string Hash = "sha256:" + new string('a', 64);

    [Theory]
    [InlineData("max_sessions: 5, max_sessions_per_caller: 6", "gateway.yaml:4:55: 'realtime': max_sessions_per_caller (6) is above max_sessions (5): one caller may not have more than all together. Lower the one or raise the other.")]
    [InlineData("max_sessions_per_caller: 1001", "gateway.yaml:4:38: 'realtime': max_sessions_per_caller (1001) is above max_sessions (1000): one caller may not have more than all together. Lower the one or raise the other.")]
    [InlineData("max_session: 1m, idle_timeout: 2m", "gateway.yaml:4:44: 'realtime': idle_timeout (2m) is above max_session (1m) and would never pass. Lower the one or raise the other.")]
    [InlineData("max_sessions: 5", null)]
    [InlineData("max_session: 1m", null)]
    public void RealtimeBounds_MustFitEachOther(string realtime, string? expected)
    {
        var yaml = $"providers: {{simulated: }}\ndeployments: {{a: {{provider: simulated}}}}\naliases: {{a: {{groups: [{{deployments: [a]}}]}}}}\nrealtime: {{ {realtime} }}\n";
        if (expected is null)
            Loading.Good(yaml);
        else
            Assert.Equal([expected], Loading.Errors(yaml));
    }

    [Theory]
    [InlineData("providers", "gateway.yaml:1:1: No providers are defined. Add at least one under 'providers', for example 'simulated:' which needs nothing.")]
    [InlineData("aliases", "gateway.yaml:1:1: No aliases are defined, so callers could ask for nothing. Add at least one under 'aliases'.")]
    public void NothingDefined_IsAnError(string section, string expected) =>
        Assert.Contains(expected, Loading.Errors(section == "providers" ? "retries:\n" : "providers: {simulated: }\n"));

    [Theory]
    [InlineData("files: {aliases: [chat, nowhere]}", "10:25: 'files.aliases' names the alias 'nowhere', which is not defined. Defined: chat.")]
    [InlineData("files: {aliases: ['any/*']}\n", "10:19: 'files.aliases' names the alias 'any/*', which is not defined. Defined: chat.")]
    public void DefaultsOfFiles_AreAliasesThatExist(string more, string error) => Assert.Equal(["gateway.yaml:" + error], Loading.Errors(Yaml.With(more)));

    [Fact]
    public void DefaultsOfFiles_AreNoWildcards() => Assert.Contains(
        "which stands for many models",
        Assert.Single(Loading.Errors("{providers: {simulated: }, deployments: {any: {provider: simulated, model: '*'}}, aliases: {'any/*': {groups: [{deployments: [any]}]}}, files: {aliases: ['any/*']}}")), StringComparison.Ordinal);

    [Fact]
    public void VoicesWithoutAFormOfSpeech_AreAnError()
    {
        var errors = Loading.Errors("""
            providers:
              openai: { keys: env:K, voices: { alloy: Kore } }
              elevenlabs: { keys: env:K, voices: { alloy: Kore } }
            deployments:
              a: { provider: openai, model: m }
              b: { provider: elevenlabs, model: m }
            aliases:
              chat: { groups: [{ deployments: [a, b] }] }
            """, Loading.EverythingSet);

        var error = Assert.Single(errors);
        Assert.StartsWith("gateway.yaml:2:26: 'voices' has a meaning for providers with a form of speech of their own (google, vertex, elevenlabs, deepgram)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownReferences_NameTheNearestAndTheDefined()
    {
        var errors = Loading.Errors("""
            providers:
              simulated:
            deployments:
              sim: {provider: simulatd, model: a}
              other: {model: b}
            aliases:
              chat:
                groups: [{deployments: [sin]}]
                context_window_fallback: [nowhere]
            """);
        Assert.Equal(
            [
                "gateway.yaml:4:19: Deployment 'sim' names the provider 'simulatd', which is not defined. Did you mean 'simulated'? Defined: simulated.",
                "gateway.yaml:5:3: Deployment 'other' needs a 'provider'. Defined: simulated.",
                "gateway.yaml:8:29: The alias 'chat' names the deployment 'sin', which is not defined. Did you mean 'sim'? Defined: sim, other.",
                "gateway.yaml:9:31: The alias 'chat' names the deployment 'nowhere', which is not defined. Defined: sim, other.",
            ],
            errors);
    }

    [Theory]
    [InlineData("groups: [{deployments: [sim]}]\n    rules: [{groups: [{deployments: [sim]}]}]", "10:5: The alias 'chat' has both 'groups' and 'rules'. Move the groups into a last rule without 'when'.")]
    [InlineData("description: x", "8:3: The alias 'chat' has neither 'groups' nor 'rules'. Add 'groups: [{deployments: [NAME]}]'.")]
    [InlineData("groups: [{deployments: []}]", "9:14: A group of the alias 'chat' has no 'deployments'. Name at least one, or remove the group.")]
    [InlineData("rules: [{when: {tools: true}}]", "9:13: Rule 1 of the alias 'chat' has no 'groups'. Say which deployments it leads to.")]
    [InlineData("groups: [{deployments: [{weight: 3}]}]", "9:29: A member of a group of the alias 'chat' has no 'deployment'.")]
    [InlineData("groups: [{deployments: [sim, sim]}]", "9:34: The group names the deployment 'sim' twice. Give it one entry with the sum of the weights.")]
    [InlineData("groups: [{deployments: [{deployment: sim, weight: 0}]}]", "9:15: All deployments of a group of the alias 'chat' have weight 0. Give at least one a weight above 0.")]
    [InlineData("rules: [{groups: [{deployments: [sim]}]}, {when: {tools: true}, groups: [{deployments: [sim]}]}]", "9:47: Rule 2 of the alias 'chat' is never reached: rule 1 before it has no conditions and takes everything. Move that one to the end, or give it a 'when'.")]
    [InlineData("rules: [{when: {headers: {'x y': a}}, groups: [{deployments: [sim]}]}]", "9:31: A name in 'aliases.chat.rules[0].when.headers' may have at most 200 characters and no blanks or control characters.")]
    [InlineData("rules: [{when: {headers: {'x:y': a}}, groups: [{deployments: [sim]}]}]", "9:38: 'x:y' is not a valid header name.")]
    [InlineData("rules: [{when: {min_body_bytes: 2KB, max_body_bytes: 1KB}, groups: [{deployments: [sim]}]}]", "9:37: The condition can never hold: min_body_bytes (2000) is above max_body_bytes (1000).")]
    [InlineData("rules: [{when: {min_input_tokens: 5, max_input_tokens: 4}, groups: [{deployments: [sim]}]}]", "9:39: The condition can never hold: min_input_tokens (5) is above max_input_tokens (4).")]
    [InlineData("rules: [{when: {percent: {by: user}}, groups: [{deployments: [sim]}]}]", "9:21: 'percent' needs 'of', from 0 to 100.")]
    [InlineData("rules: [{when: {percent: {of: 101}}, groups: [{deployments: [sim]}]}]", "9:35: 'aliases.chat.rules[0].when.percent.of' must be a percentage from 0 to 100: '101' is out of range.")]
    [InlineData("rules: [{when: {percent: {of: 5, by: usr}}, groups: [{deployments: [sim]}]}]", "9:42: 'usr' is not something a share can be taken of. Did you mean 'user'? Allowed: key, user, team, project, or header:NAME.")]
    [InlineData("groups: [{deployments: [sim]}]\n    retries: {base_delay: 20s}", "10:27: 'aliases.chat.retries': base_delay (20s) is above max_delay (10s). Raise the one or lower the other.")]
    [InlineData("groups: [{deployments: [any]}]", "9:29: The deployment 'any' has the model '*', which needs an alias that ends in '*'; 'chat' does not. Use a deployment with a whole model name.")]
    public void AliasesAndRules(string alias, string expected)
    {
        var yaml = $$"""
            providers:
              simulated:
            deployments:
              sim: {provider: simulated}
              any: {provider: simulated, model: "*"}
            aliases:
              "used/*": {groups: [{deployments: [any]}]}
              chat:
                {{alias}}
            """;
        Assert.Equal(["gateway.yaml:" + expected], Loading.Errors(yaml));
    }

    [Fact]
    public void Wildcards_StandOnlyAtTheEnd()
    {
        var errors = Loading.Errors("""
            providers: {simulated: }
            deployments:
              sim: {provider: simulated, model: gpt-*}
            aliases:
              open*/x: {groups: [{deployments: [sim]}]}
              chat: {groups: [{deployments: [sim]}]}
            """);
        Assert.Equal(
            [
                "gateway.yaml:3:37: The model of deployment 'sim' is 'gpt-*': a '*' must stand alone and means \"what the alias's own '*' matched\". Write 'model: \"*\"' or a whole name.",
                "gateway.yaml:5:3: The alias 'open*/x' has a '*' that is not at its end. Only the end of a name can vary: 'openai/*'.",
            ],
            errors);
    }

    [Theory]
    [InlineData("acme: {base_url: 'http://x'}", "11:3: 'acme' is not a kind of provider that is known, and the provider has no 'kind'. Add 'kind: openai-compatible' and 'base_url', or one of: openai, azure,")]
    [InlineData("acme: {kind: opnai}", "11:16: 'providers.acme.kind' must be one of openai, azure,")]
    [InlineData("vllm:", "11:3: Provider 'vllm' of kind 'vllm' needs a 'base_url'. For example http://localhost:8000/v1.")]
    [InlineData("openai:", "11:3: Provider 'openai' of kind 'openai' needs a key. Add 'keys: ${OPENAI_API_KEY}'.")]
    [InlineData("vllm: {base_url: 'localhost:8000'}", "11:20: The base URL of provider 'vllm' is 'localhost:8000'. It must be an absolute URL that begins with http:// or https://.")]
    [InlineData("vllm: {base_url: 'ftp://x'}", "11:20: The base URL of provider 'vllm' is 'ftp://x'. It must be an absolute URL that begins with http:// or https://.")]
    [InlineData("vllm: {base_url: 'http://u:p@x'}", "11:20: The base URL of provider 'vllm' is 'http://u:p@x'. It must not hold a user name or password. Put credentials into 'keys' or 'headers'.")]
    [InlineData("vllm: {base_url: 'http://x/#a'}", "11:20: The base URL of provider 'vllm' is 'http://x/#a'. It must not have a fragment (#…). Remove it.")]
    [InlineData("vllm: {base_url: 'http://x/?a=b'}", "11:20: The base URL of provider 'vllm' is 'http://x/?a=b'. It must not have a query (?…). Remove it; Azure's version goes into 'api_version'.")]
    [InlineData("azure: {base_url: 'https://x.openai.azure.com/openai/v1', keys: k}", "11:21: The base URL of the Azure provider 'azure' ends before '/openai': write https://NAME.openai.azure.com, the gateway adds the rest.")]
    [InlineData("ollama: {api_version: '1'}", "11:25: 'api_version' has a meaning for Azure only; provider 'ollama' is of kind 'ollama'. Remove it.")]
    [InlineData("ollama: {headers: {Host: x}}", "11:28: The header 'Host' is set by the gateway itself and cannot be configured. Remove it.")]
    [InlineData("ollama: {headers: {'a:b': x}}", "11:29: 'a:b' is not a valid header name.")]
    [InlineData("ollama: {keys: k, headers: {Authorization: x}}", "11:46: The header 'Authorization' carries the provider's key already. Remove either the header or 'keys'.")]
    [InlineData("sim2: {kind: simulated, keys: k}", "11:33: Provider 'sim2' of kind 'simulated' takes no keys. Remove them.")]
    [InlineData("ollama: {keys: 'env:not a name'}", "11:18: 'env:' must be followed by the name of an environment variable, such as env:OPENAI_API_KEY.")]
    [InlineData("ollama: {keys: \"a\\nb\"}", "11:18: The secret holds characters that an HTTP header cannot carry (a line break, a control or a non-ASCII character). Was it copied whole, without quotes?")]
    [InlineData("ollama: {keys: file:/no/such/file}", "11:18: The secret file '/no/such/file' does not exist. Put it there, or give the provider 'optional: true' to switch it off without it.")]
    public void Providers(string provider, string expected)
    {
        var yaml = $"deployments: {{sim: {{provider: simulated}}}}\naliases: {{chat: {{groups: [{{deployments: [sim]}}]}}}}\n\n\n\n\n\n\nproviders:\n  simulated:\n  {provider}\n";
        Assert.StartsWith("gateway.yaml:" + expected, Assert.Single(Loading.Errors(yaml)), StringComparison.Ordinal);
    }

    [Fact]
    public void Callers_NeedIdsAndHashesOfTheirOwn()
    {
        var errors = Loading.Errors(Yaml.With($"""
            callers:
              - id: a
                key_hash: {Hash}
              - id: a
                key_hash: {Hash.ToUpperInvariant().Replace("SHA256", "sha256", StringComparison.Ordinal)}
              - team: t
              - id: b
                key_hash: sk-gw-the-key-itself
                aliases: [c*t]
            """));
        Assert.Equal(
            [
                "gateway.yaml:13:9: The caller id 'a' is used by caller 1 already. Ids must be unique.",
                "gateway.yaml:14:15: Caller 'a' has the same key as caller 1. Give each caller a key of its own.",
                "gateway.yaml:15:5: Caller 3 needs an 'id': the name of its key in records and metrics.",
                "gateway.yaml:15:5: Caller 3 needs a 'key_hash'. 'AiGateway keys new' makes a key and its hash.",
                "gateway.yaml:17:15: The 'key_hash' of caller 'b' must be 'sha256:' and 64 hex digits, not the key itself. 'AiGateway keys new' makes both.",
                "gateway.yaml:18:15: 'c*t' has a '*' that is not at its end. Only the end of a name can vary: 'gpt-*'.",
            ],
            errors);
    }

    [Theory]
    [InlineData("listen: localhost:8080", "11:11: 'host.listen' is 'localhost:8080', but it must begin with http:// or https://. Write for example http://localhost:8080 or https://*:8443.")]
    [InlineData("listen: http://localhost", "11:11: 'host.listen' is 'http://localhost', but it must end with a port from 0 to 65535. Write for example http://localhost:8080 or https://*:8443.")]
    [InlineData("listen: http://localhost:99999", "11:11: 'host.listen' is 'http://localhost:99999', but it must end with a port from 0 to 65535. Write for example http://localhost:8080 or https://*:8443.")]
    [InlineData("listen: http://loclhost:8080", "11:11: 'host.listen' is 'http://loclhost:8080', but the host must be localhost, * (all addresses) or an IP address. Write for example http://localhost:8080 or https://*:8443.")]
    [InlineData("listen: http://*:8080", "11:11: The gateway would listen on http://*:8080 without asking for keys: whoever reaches it could spend your money. Add 'callers' ('AiGateway keys new' makes an entry) or 'host.admin.keys' (keys are then made at run time), or listen on http://localhost:8080.")]
    [InlineData("admin: {keys: [{id: ops, key_hash: sk-a-key-itself}]}", "11:38: Admin key 1 needs a 'key_hash': 'sha256:' and 64 hex digits, not the key itself. 'AiGateway keys new' makes both.")]
    [InlineData("admin: {keys: [{key_hash: 'sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293'}]}", "11:18: Admin key 1 needs an 'id': its name in the audit.")]
    [InlineData("admin: {keys: [{id: admin, key_hash: 'sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293'}], key_hash: 'sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718294'}", "11:23: Two admin keys are called 'admin' (the one of 'key_hash' is called 'admin'). Give each a name of its own, so that the audit tells them apart.")]
    [InlineData("admin: {keys: [{id: ops, key_hash: 'sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293'}], key_hash: 'sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293'}", "11:38: Admin key 1 is also another key's. Give each admin and each caller a key of its own.")]
    [InlineData("admin: {keys: [{id: ops, role: owner, key_hash: 'sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293'}]}", "11:34: 'host.admin.keys[0].role' must be read or write: 'owner' is not known.")]
    [InlineData("listen: https://localhost:8443", "11:11: 'host.listen' is an https address, which needs a certificate. Add host.tls with 'certificate' and 'key' (PEM files), or listen on http.")]
    [InlineData("tls: {certificate: a, key: b}", "11:3: 'host.tls' is given, but no address is https. Change 'host.listen' to https://…, or remove the section.")]
    [InlineData("admin: {listen: http://10.0.0.1:8081}", "11:19: The admin listener on http://10.0.0.1:8081 can be reached from outside and needs a key. Add host.admin.key_hash ('AiGateway keys new' makes one), or listen on http://127.0.0.1:8081.")]
    [InlineData("admin: {key_hash: abc}", "11:21: 'host.admin.key_hash' must be 'sha256:' and 64 hex digits. 'AiGateway keys new' makes a key and its hash.")]
    [InlineData("metrics_listen: http://127.0.0.1:8080", "11:19: 'host.metrics_listen' uses port 8080, which 'host.listen' uses already. Give each listener a port of its own.")]
    [InlineData("metrics_listen: https://127.0.0.1:9090", "11:19: 'host.metrics_listen' must be an http address: the scraper's listener has no TLS. Use the admin listener where metrics need protection.")]
    [InlineData("trusted_proxies: [10.0.0.0/33]", "11:21: '10.0.0.0/33' is not a network. Write it in CIDR form, such as 10.0.0.0/8 or 192.0.2.7/32.")]
    [InlineData("otlp: {endpoint: collector}", "11:20: 'host.otlp.endpoint' is 'collector'. It must be an absolute URL that begins with http:// or https://.")]
    [InlineData("otlp: {headers: {x-key: 'sesame,open'}}", "11:27: The value of 'host.otlp.headers.x-key' holds a comma, which the OTLP exporter cannot send. Use a value without one, or let a collector beside the gateway add the header.")]
    [InlineData("outbound: {proxy: proxy}", "11:21: 'host.outbound.proxy' is 'proxy'. It must be an absolute URL that begins with http:// or https://.")]
    [InlineData("id_secret: short", "11:14: 'host.id_secret' has fewer than 32 characters. Make one with: openssl rand -base64 32")]
    [InlineData("id_secret: ${ID_SECRET}", "11:14: 'host.id_secret': ID_SECRET is not set. Set it, or remove the key.")]
    [InlineData("records: ${RECORDS}", "11:12: 'host.records' refers to RECORDS, which is not set. Set it, or write ${RECORDS:-default}.")]
    [InlineData("records: ${RECORDS", "11:12: '${' has no closing '}'. Write ${NAME}, or $${ for the characters themselves.")]
    [InlineData("records: ${a b}", "11:12: '${a b}' does not name an environment variable. Write ${NAME} with letters, digits and _, or $${ for the characters themselves.")]
    public void Host(string line, string expected) =>
        Assert.Equal(["gateway.yaml:" + expected], Loading.Errors(Yaml.With($"host:\n  {line}\n")));

    [Theory]
    [InlineData("cors: {origins: [example.com]}", "10:18: 'example.com' is not an origin.")]
    [InlineData("cors: {origins: ['https://example.com/']}", "10:18: 'https://example.com/' is not an origin.")]
    [InlineData("prices: {gpt: {input: 1}}", "10:10: 'gpt' must name a provider and a model: openai/gpt-4o-mini.")]
    [InlineData("prices: {a/b: {input: 1, discount: 0.1}}", "10:36: The price of 'a/b' has both figures and a discount or surcharge. These change the list price, which figures replace: give one or the other.")]
    [InlineData("unknown_price: estimate", "10:16: 'unknown_price: estimate' needs a price to estimate by. Add 'unknown_price_as: openai/gpt-6-sol' (a provider and a model of the price list), or choose 'allow' or 'reject'.")]
    [InlineData("unknown_price: {estimate: x}", "10:16: ")]
    [InlineData("unknown_price: estimate\nunknown_price_as: gpt", "11:19: 'gpt' must name a provider and a model of the price list: openai/gpt-6-sol.")]
    [InlineData("prices: {a/b: {}}", "10:10: The price of 'a/b' says nothing. Give 'input' and 'output' (USD per million tokens), or 'discount'.")]
    public void CorsAndPrices(string more, string expected) =>
        Assert.StartsWith("gateway.yaml:" + expected, Assert.Single(Loading.Errors(Yaml.With(more + "\n"))), StringComparison.Ordinal);

    [Fact]
    public void InAContainer_TheDefaultAddressNeedsCallers()
    {
        var container = Loading.Only(("DOTNET_RUNNING_IN_CONTAINER", "true"));

        var error = Assert.Single(Loading.Errors(Yaml.Minimal, container));
        Assert.StartsWith("gateway.yaml:1:1: The gateway would listen on http://*:8080 (the default in a container) without asking for keys", error, StringComparison.Ordinal);
        var callers = Yaml.With($"callers: [{{id: a, key_hash: '{Hash}'}}]\n");
        Assert.Equal(new ListenAddress(IsHttps: false, "*", 8080), Loading.Good(callers, container).Host.Listen);
        Assert.True(Loading.Good(Yaml.With("host: {listen: 'http://localhost:8080'}\n"), container).Host.Listen.IsLoopback);
    }

    [Fact]
    public void DoubtfulButAllowed_IsAWarning()
    {
        var result = Loading.Text($$"""
            providers:
              simulated:
              ollama: {keys: sk-0123456789012345678901234567890123456789}
            deployments:
              sim: {provider: simulated}
              unused: {provider: ollama}
            aliases:
              chat: {groups: [{deployments: [sim]}]}
            callers:
              - id: a
                key_hash: {{Hash}}
                aliases: [chta]
            """);

        Assert.Empty(result.Errors);
        Assert.Equal(
            [
                "gateway.yaml:3:18: A key of provider 'ollama' seems to stand in the file itself. Safer: ${OLLAMA_API_KEY} or file:/run/secrets/ollama.",
                "gateway.yaml:6:3: Deployment 'unused' is used by no alias, so no request can reach it.",
                "gateway.yaml:12:15: Caller 'a' may use 'chta', but no alias has such a name. Did you mean 'chat'?",
            ],
            result.Warnings.Select(warning => warning.ToString()));
    }
}
