using AiGateway.Configuration;
using AiGateway.Protocols.Chat;

namespace AiGateway.Pipeline;

/// <summary>What a conversation brings along that not every model takes: an image never goes to a model that cannot see it.</summary>
/// <remarks>A JSON schema and thinking are no such needs: what a model has no words for is asked for otherwise, or left out and named.</remarks>
internal static class Needs
{
    /// <summary>The needs of a request.</summary>
    public static Capabilities Of(GatewayRequest request)
    {
        if (ChatDialects.Of(request.Operation, request.Form) is null)
        {
            return Capabilities.None;
        }
        return (request.Facts.HasImages ? Capabilities.Vision : Capabilities.None) | (request.Facts.HasTools ? Capabilities.Tools : Capabilities.None);
    }

    /// <summary>Whether a deployment meets them. One whose model nobody knows does.</summary>
    public static bool AreMet(Capabilities needs, DeploymentModel deployment, string model) =>
        needs == Capabilities.None || deployment.CapabilitiesOf(model) is not { } supports || (supports & needs) == needs;

    /// <summary>The needs in words.</summary>
    public static string InWords(Capabilities needs) => needs switch
    {
        Capabilities.Vision => "images",
        Capabilities.Tools => "tools",
        _ => "images and tools",
    };
}
