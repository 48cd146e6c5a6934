using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary>Plays the endpoints at which clouds give out credentials: an ECS container's, AWS STS, Google's token server, Azure's managed identity.</summary>
public sealed class CloudEndpoints : IAsyncDisposable
{
    public const string AccessKey = "ASIACONTAINEREXAMPLE";
    public const string Secret = "containerSecretKeyContainerSecretKey1234";
    public const string Session = "containerSessionToken0123456789ABCDEFabcdef==";
    public const string RoleAccessKey = "ASIAROLEEXAMPLE00000";
    public const string RoleSecret = "roleSecretKeyRoleSecretKeyRoleSecret1234";
    public const string RoleSession = "roleSessionToken0123456789ABCDEFabcdef==";
    public const string AzureToken = "eyJazure0123456789.ABCDEFabcdef.azure-signature";

    private readonly WebApplication _app;
    private int _googleTokens;

    private CloudEndpoints()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>What was asked: path, query and body.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The status of every answer; 200 gives credentials.</summary>
    public int Status { get; set; } = 200;

    /// <summary>How long what is given out lasts.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Google's tokens by number.</summary>
    public static string GoogleToken(int number) => $"ya29.GoogleToken0123456789-number-{number}";

    public static async Task<CloudEndpoints> StartAsync()
    {
        var endpoints = new CloudEndpoints();
        await endpoints._app.StartAsync();
        return endpoints;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var path = context.Request.Path.Value!;
        Asked.Enqueue($"{path}{context.Request.QueryString} {await reader.ReadToEndAsync()} {context.Request.Headers.Authorization}{context.Request.Headers["X-IDENTITY-HEADER"]}");
        var expires = DateTimeOffset.UtcNow + Lifetime;
        context.Response.StatusCode = Status;
        context.Response.ContentType = path == "/sts" ? "text/xml" : "application/json";
        await context.Response.WriteAsync((Status, path) switch
        {
            (200, "/container") => $$"""{"AccessKeyId":"{{AccessKey}}","SecretAccessKey":"{{Secret}}","Token":"{{Session}}","Expiration":"{{expires:yyyy-MM-ddTHH:mm:ssZ}}"}""",
            (200, "/sts") => $"""
                <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>{RoleAccessKey}</AccessKeyId><SecretAccessKey>{RoleSecret}</SecretAccessKey><SessionToken>{RoleSession}</SessionToken><Expiration>{expires:yyyy-MM-ddTHH:mm:ssZ}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
                """,
            (200, "/google") => $$"""{"access_token":"{{GoogleToken(Interlocked.Increment(ref _googleTokens))}}","expires_in":{{(int)Lifetime.TotalSeconds}},"token_type":"Bearer"}""",
            (200, "/azure") => $$"""{"access_token":"{{AzureToken}}","expires_on":"{{expires.ToUnixTimeSeconds()}}","resource":"https://cognitiveservices.azure.com","token_type":"Bearer"}""",
            (_, "/sts") => """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized to perform sts:AssumeRole</Message></Error></ErrorResponse>""",
            _ => """{"error":"invalid_grant","error_description":"Invalid JWT Signature."}""",
        });
    }
}
