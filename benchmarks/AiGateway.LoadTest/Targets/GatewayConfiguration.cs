using System.Security.Cryptography;
using System.Text;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest.Targets;

/// <summary>The routing file that the gateway is measured with: everything on that costs something per request.</summary>
internal static class GatewayConfiguration
{
    /// <summary>The same caller before providers of four dialects, for what translation adds.</summary>
    public static string Translating(string listen, string adminListen, string upstream, string recordsFile, string dataFolder)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ChatBytes.CallerKey)));
        return $$"""
            host:
              listen: {{listen}}
              admin:
                listen: {{adminListen}}
              records: {{recordsFile}}
              data_folder: {{dataFolder}}
              ledger: { store: off }
            providers:
              openai: { kind: openai-compatible, base_url: "{{upstream}}/v1", keys: [upstream-key-of-the-load-test] }
              anthropic: { base_url: "{{upstream}}/v1", keys: [upstream-key-of-the-load-test] }
              gemini: { kind: google, base_url: "{{upstream}}/v1beta", keys: [upstream-key-of-the-load-test] }
              converse: { kind: bedrock-converse, base_url: "{{upstream}}", keys: [upstream-key-of-the-load-test] }
            deployments:
              openai: { provider: openai, model: {{ChatBytes.UpstreamModel}} }
              anthropic: { provider: anthropic, model: {{ChatBytes.UpstreamModel}} }
              gemini: { provider: gemini, model: {{ChatBytes.UpstreamModel}} }
              converse: { provider: converse, model: {{ChatBytes.UpstreamModel}} }
            aliases:
              to-openai: { groups: [{ deployments: [openai] }] }
              to-anthropic: { groups: [{ deployments: [anthropic] }] }
              to-gemini: { groups: [{ deployments: [gemini] }] }
              to-converse: { groups: [{ deployments: [converse] }] }
            callers:
              - { id: load-test, key_hash: "sha256:{{hash}}", project: bench, team: bench, organisation: bench }

            """;
    }

    // Off, so that runs compare with those of before it was the default; --variant-env LOADTEST_LEDGER=sqlite measures what it costs.
    private const string Ledger = "${LOADTEST_LEDGER:-off}";

    // None, unless --variant-env LOADTEST_REDIS=redis://127.0.0.1:6379 says where.
    private const string Redis = "${LOADTEST_REDIS:-}";

    /// <summary>Three weighted deployments in one group, a caller with a key, a known price, a records file, an admin listener with metrics.</summary>
    public static string Text(string listen, string adminListen, string upstream, string recordsFile, string dataFolder)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ChatBytes.CallerKey)));
        return $"""
            host:
              listen: {listen}
              admin:
                listen: {adminListen}
              records: {recordsFile}
              data_folder: {dataFolder}
              ledger:
                store: {Ledger}
              redis: {Redis}
            providers:
              bench:
                kind: openai-compatible
                base_url: {upstream}/v1
                keys: [upstream-key-of-the-load-test]
                prices_from: bench
            deployments:
              bench-a:
                provider: bench
                model: {ChatBytes.UpstreamModel}
              bench-b:
                provider: bench
                model: {ChatBytes.UpstreamModel}
              bench-c:
                provider: bench
                model: {ChatBytes.UpstreamModel}
            aliases:
              {ChatBytes.Alias}:
                groups:
                  - strategy: weighted
                    deployments:
                      - deployment: bench-a
                        weight: 3
                      - deployment: bench-b
                        weight: 2
                      - deployment: bench-c
                        weight: 1
            callers:
              - id: load-test
                key_hash: sha256:{hash}
                project: bench
                team: bench
                organisation: bench
                aliases: [{ChatBytes.Alias}]
            prices:
              bench/{ChatBytes.UpstreamModel}:
                input: "0.15"
                cached_input: "0.075"
                output: "0.60"

            """;
    }
}
