using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Storage.Postgres;

/// <summary>The tables of one purpose, in a PostgreSQL schema of their own, as steps that only go forward: step <c>n</c> makes version <c>n</c> of version <c>n - 1</c>. A step that was published is never changed.</summary>
/// <param name="Name">The PostgreSQL schema; a plain lower-case name. Its table <c>versions</c> says what has been done.</param>
/// <param name="Steps">The statements of each step; names without a schema are of this one.</param>
internal sealed record PostgresSchema(string Name, IReadOnlyList<string> Steps)
{
    /// <summary>The newest version.</summary>
    public int Version => Steps.Count;

    /// <summary>The number that nodes which start at once lock for each other while one of them brings the schema forward.</summary>
    public long LockNumber { get; } = BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"aigateway schema {Name}")));
}
