using System.Security.Cryptography;
using System.Text;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest.Targets;

/// <summary>The routing file that the gateway is measured with: everything on that costs something per request.</summary>
internal static class GatewayConfiguration
{
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
