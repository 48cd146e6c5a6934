using System.Security.Cryptography;
using System.Text.Json;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary>A service account whose key was made for this test.</summary>
internal sealed class ServiceAccountFile : IDisposable
{
    public ServiceAccountFile(string tokenUri)
    {
        using var key = RSA.Create(2048);
        File.WriteAllText(Path, JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["type"] = "service_account",
            ["project_id"] = "test",
            ["private_key_id"] = "k1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "models@test.iam.gserviceaccount.com",
            ["client_id"] = "1",
            ["token_uri"] = tokenUri,
        }));
    }

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
