using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Storage.Redis;

/// <summary>A script of Redis, and the name by which Redis knows it once it has seen it.</summary>
internal sealed class LimitScript(string name, string text)
{
    /// <summary>What it is called in metrics.</summary>
    public string Name { get; } = name;

    /// <summary>The script.</summary>
    public string Text { get; } = text;

    /// <summary>Its SHA-1, which is how Redis names scripts (redis.io/commands/evalsha).</summary>
#pragma warning disable CA5350 // Redis' own choice; nothing is secured by it.
    public string Hash { get; } = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
}
