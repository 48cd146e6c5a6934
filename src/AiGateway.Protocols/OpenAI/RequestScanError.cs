namespace AiGateway.Protocols.OpenAI;

/// <summary>Why a request body is refused before anything is sent, in the terms of OpenAI's own error object.</summary>
/// <param name="Message">For the caller: what is wrong, and where.</param>
/// <param name="Param">The member that is wrong; null when it is the whole body.</param>
/// <param name="Code">OpenAI's code for it (<c>missing_required_parameter</c>, <c>invalid_type</c>…); null when it has none.</param>
public sealed record RequestScanError(string Message, string? Param, string? Code);
