using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Storage.Postgres;

/// <summary>The name under which a data folder's processes append to a ledger that others share: made once, and kept in the folder.</summary>
internal static class NodeName
{
    private const string FileName = "ledger-node";
    private const int Length = 8;

    /// <summary>The name: 16 hex digits.</summary>
    /// <exception cref="IOException">The folder can neither be read nor written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static string In(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(dataFolder);
            // Written aside and moved, so that two processes that start at once never read half a name.
            var aside = $"{path}.{Environment.ProcessId}";
            File.WriteAllText(aside, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Length)), Encoding.ASCII);
            try
            {
                File.Move(aside, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(aside);
            }
        }
        var name = File.ReadAllText(path, Encoding.ASCII).Trim();
        return name.Length == Length * 2 && name.All(char.IsAsciiHexDigitLower)
            ? name : throw new InvalidDataException($"{path} holds no node's name (16 hex digits). Remove it: a new one is made, and the node begins a chain of its own.");
    }
}
