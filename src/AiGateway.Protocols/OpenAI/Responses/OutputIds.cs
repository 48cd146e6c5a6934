using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Ids of an answer that comes from another dialect: the same for the same answer, so that a stream and its gathered form agree.</summary>
internal sealed class OutputIds
{
    private readonly byte[] _seed;

    public OutputIds(string responseId)
    {
        var id = responseId.Length == 0 ? RandomNumberGenerator.GetHexString(48, lowercase: true) : responseId;
        Response = id.StartsWith("resp_", StringComparison.Ordinal) ? id : "resp_" + id;
        _seed = SHA256.HashData(Encoding.UTF8.GetBytes(Response));
    }

    /// <summary>The response's id.</summary>
    public string Response { get; }

    /// <summary>The id of an item.</summary>
    /// <param name="prefix">What it is: <c>msg_</c>, <c>fc_</c>, <c>rs_</c>.</param>
    /// <param name="number">Its number in the output.</param>
    public string Item(string prefix, int number)
    {
        Span<byte> input = stackalloc byte[SHA256.HashSizeInBytes + sizeof(int)];
        _seed.CopyTo(input);
        BinaryPrimitives.WriteInt32LittleEndian(input[SHA256.HashSizeInBytes..], number);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return prefix + Convert.ToHexStringLower(hash[..24]);
    }
}
