using System.Security.Cryptography;
using System.Text;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>From a key to its caller: one hash, one look-up.</summary>
[MemoryDiagnoser]
public class CallerTableBenchmarks : IAllocationCase
{
    private readonly CallerTable _callers = GatewayFixture.Snapshot().Callers;
    private readonly byte[] _key = Encoding.UTF8.GetBytes(ChatBytes.CallerKey);

    /// <summary>A key that exists.</summary>
    [Benchmark]
    public bool Find()
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(_key, hash);
        return _callers.Find(hash) is not null ? true : throw new InvalidOperationException("The caller was not found.");
    }

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => [("caller_find", () => Find())];
}
