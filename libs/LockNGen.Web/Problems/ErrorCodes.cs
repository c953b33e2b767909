namespace LockNGen.Web.Problems;

/// <summary>The values of <see cref="ProblemError.Code"/>; see docs/problems.md.</summary>
public static class ErrorCodes
{
    public const string Required = "required";
    public const string OutOfRange = "out_of_range";
    public const string WrongType = "wrong_type";
    public const string NotAChoice = "not_a_choice";
    public const string UnknownParameter = "unknown_parameter";
    public const string UnknownField = "unknown_field";
    public const string UnknownTemplate = "unknown_template";
    public const string UnknownUpload = "unknown_upload";
    public const string UnknownNodeClass = "unknown_node_class";
    public const string ForbiddenNodeClass = "forbidden_node_class";
    public const string ForbiddenPriority = "forbidden_priority";
    public const string ForbiddenPath = "forbidden_path";
    public const string MissingInput = "missing_input";
    public const string BadLink = "bad_link";
    public const string MissingModel = "missing_model";
    public const string NoOutput = "no_output_node";
    public const string NotApiFormat = "not_api_format";
    public const string ForbiddenAddress = "forbidden_address";
    public const string InvalidSecret = "invalid_secret";
    public const string TooMany = "too_many";
    public const string UnusableInput = "unusable_input";
    public const string ReservedKey = "reserved_key";
}
